/** A trace of the model, as Quint writes it in the Informal Trace Format, in plain values. */

/** A state of the model; validators and blocks by their numbers there. */
export type ModelState = {
  readonly blocks: ReadonlyMap<number, { readonly view: number; readonly parent: number }>;
  readonly votes: readonly (readonly [number, number])[];
  readonly commitVotes: readonly (readonly [number, number])[];
  readonly timeouts: readonly { readonly by: number; readonly view: number; readonly high: number }[];
  readonly voted: ReadonlyMap<number, number>;
  readonly commitVoted: ReadonlyMap<number, number>;
  readonly timedOut: ReadonlyMap<number, number>;
  readonly high: ReadonlyMap<number, number>;
  readonly committed: readonly number[];
};

/** A state with what the model says may follow: `[validator, block]`. */
export type ModelStep = {
  readonly s: ModelState;
  readonly votable: readonly (readonly [number, number])[];
  readonly commitVotable: readonly (readonly [number, number])[];
};

const plain = (value: unknown): unknown => {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  const tagged = value as Readonly<Record<string, unknown>>;
  if (typeof tagged["#bigint"] === "string") return Number(tagged["#bigint"]);
  if (Array.isArray(tagged["#set"])) return tagged["#set"].map(plain);
  if (Array.isArray(tagged["#tup"])) return tagged["#tup"].map(plain);
  if (Array.isArray(tagged["#map"])) return new Map(tagged["#map"].map(plain) as [unknown, unknown][]);
  return Object.fromEntries(Object.entries(tagged).map(([name, inner]) => [name, plain(inner)]));
};

/** The steps of a trace's text. */
export const readTrace = (text: string): readonly ModelStep[] => {
  const { states } = JSON.parse(text) as { states: readonly Readonly<Record<string, unknown>>[] };
  return states.map((state) => {
    const named = Object.entries(state).map(([name, value]) => [name.split("::").at(-1), plain(value)]);
    return Object.fromEntries(named) as ModelStep;
  });
};
