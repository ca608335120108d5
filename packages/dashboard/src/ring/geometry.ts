/** Where things stand on the ring of validators. Angles are degrees clockwise from the top, lengths are the drawing's own. */

export type Point = { readonly x: number; readonly y: number };

/** The angle of the validator at `index` of `count`. */
export const angleOf = (index: number, count: number): number => (count === 0 ? 0 : (360 * index) / count);

/** The point at an angle on a circle around the origin. */
export const pointAt = (angle: number, radius: number): Point => {
  const radians = (angle * Math.PI) / 180;
  return { x: radius * Math.sin(radians), y: -radius * Math.cos(radians) };
};

/** The angle equal to `target` that is reached from `current` by going on clockwise, by less than a full turn. */
export const onwards = (current: number, target: number): number => {
  const ahead = (((target - current) % 360) + 360) % 360;
  // What rounding leaves of no turn, or short of a full one, is no turn at all.
  return ahead < 0.001 || ahead > 359.999 ? current : current + ahead;
};

/** The radius of a validator's disc: as large as its neighbours leave room, within what looks well. */
export const discRadius = (count: number, ringRadius: number): number => {
  const room = count < 2 ? ringRadius : ringRadius * Math.sin(Math.PI / count);
  return Math.max(2, Math.min(20, room * 0.6));
};

/** How a label outside the ring is anchored, so that it grows away from the ring. */
export const anchorAt = (angle: number): "start" | "middle" | "end" => {
  const turn = ((angle % 360) + 360) % 360;
  if (turn < 20 || turn > 340 || Math.abs(turn - 180) < 20) return "middle";
  return turn < 180 ? "start" : "end";
};

/** With more validators than this, only the leader is labelled. */
export const LABELS_MAX = 16;
