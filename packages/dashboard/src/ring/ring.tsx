import { useState } from "react";
import { shortPeer } from "../format/short.ts";
import { anchorAt, angleOf, discRadius, LABELS_MAX, onwards, pointAt } from "./geometry.ts";

/** A validator as the ring shows it. */
export type Seat = { readonly id: string; readonly isConnected: boolean };

const RADIUS = 120;
const LABEL_GAP = 16;

/**
 * The validators on a ring in the order in which they lead. The leader is lit, and the light moves on clockwise with the
 * lead, along the ring. `label` says the same in words.
 */
export const Ring = ({
  seats,
  leader,
  label,
  view,
}: {
  readonly seats: readonly Seat[];
  /** The leader's place; -1 for none. */
  readonly leader: number;
  readonly label: string;
  readonly view: string;
}) => {
  const target = angleOf(Math.max(0, leader), seats.length);
  const [angle, setAngle] = useState(target);
  const next = onwards(angle, target);
  // The angle only grows, so that the light never runs back through the ring; it is remembered from render to render.
  if (next !== angle) setAngle(next);
  const disc = discRadius(seats.length, RADIUS);
  const leads = seats[leader];
  return (
    <svg className="ring" viewBox="-192 -166 384 332" role="img" aria-label={label}>
      <circle className="track" r={RADIUS} />
      {leads !== undefined && (
        <g className="light" style={{ transform: `rotate(${next}deg)` }}>
          <path className="tail" d={arc(-70, -35)} />
          <path className="tail near" d={arc(-35, 0)} />
          <circle className="halo" cy={-RADIUS} r={disc + 11} />
        </g>
      )}
      {seats.map(({ id, isConnected }, index) => {
        const isLeader = index === leader;
        const at = angleOf(index, seats.length);
        const place = pointAt(at, RADIUS);
        const beside = pointAt(at, RADIUS + disc + LABEL_GAP);
        return (
          <g key={id} className={`seat ${isLeader ? "leads" : ""} ${isConnected ? "" : "away"}`}>
            <circle cx={place.x} cy={place.y} r={disc}>
              <title>{id}</title>
            </circle>
            {disc >= 12 && (
              <text className="index" x={place.x} y={place.y}>
                {index}
              </text>
            )}
            {(seats.length <= LABELS_MAX || isLeader) && (
              <text className="name" x={beside.x} y={beside.y} textAnchor={anchorAt(at)}>
                {shortPeer(id)}
              </text>
            )}
          </g>
        );
      })}
      <text className="center" y="-6">
        {leads === undefined ? "" : shortPeer(leads.id)}
      </text>
      <text className="center note" y="22">
        {view}
      </text>
    </svg>
  );
};

/** A piece of the ring between two angles, as a path. */
const arc = (from: number, to: number): string => {
  const [start, end] = [pointAt(from, RADIUS), pointAt(to, RADIUS)];
  return `M ${start.x} ${start.y} A ${RADIUS} ${RADIUS} 0 0 1 ${end.x} ${end.y}`;
};
