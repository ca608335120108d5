/** A line through the values of the last minute, nothing for a minute of zeros. It decorates the number that says it. */
export const Sparkline = ({ values }: { readonly values: readonly number[] }) => {
  const top = Math.max(...values);
  if (!(top > 0)) return null;
  const points = values.map((value, at) => `${at},${(24 * (1 - value / top)).toFixed(2)}`);
  const last = values.length - 1;
  return (
    <svg className="sparkline" viewBox={`0 -1 ${last} 26`} preserveAspectRatio="none" aria-hidden="true">
      <polygon points={`0,24 ${points.join(" ")} ${last},24`} />
      <polyline points={points.join(" ")} />
    </svg>
  );
};
