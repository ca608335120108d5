/**
 * Whether what is shown says, for each field that is proven, exactly what is proven. Values are those of JSON; fields
 * that no proof speaks of are passed over at the top alone, since below it nothing may be added either.
 */
export const agrees = (shown: object, proven: Readonly<Record<string, unknown>>): boolean => {
  const claims = shown as Readonly<Record<string, unknown>>;
  return Object.keys(proven).every((key) => isSame(claims[key], proven[key]));
};

/** Whether two JSON values are the same, in whatever order their keys stand. */
const isSame = (one: unknown, other: unknown): boolean => {
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return Object.is(one, other);
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [ours, theirs] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const keys = Object.keys(ours);
  return (
    keys.length === Object.keys(theirs).length &&
    keys.every((key) => Object.hasOwn(theirs, key) && isSame(ours[key], theirs[key]))
  );
};
