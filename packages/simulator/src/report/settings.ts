import { wanDistanceMs } from "../wan.ts";
import { type Measured, measure, type Setting } from "./measure.ts";

/** One-way delay between two machines of one hall. */
export const LAN_MS = 0.25;

export const NETWORKS = {
  LAN: { delayMs: () => LAN_MS, baseMs: 100 },
  WAN: { delayMs: wanDistanceMs, baseMs: 1_000 },
} as const;

export type NetworkName = keyof typeof NETWORKS;

/** The ways to run a channel that are compared. */
export const VARIANTS = {
  LFT: { engine: "lft" },
  "LFT, optimistic": { engine: "lft", optimistic: true },
  "LFT, optimistic, groups": { engine: "lft", optimistic: true, isGrouped: true },
  IBFT: { engine: "ibft" },
} as const;

export type VariantName = keyof typeof VARIANTS;

export const SIZES = [4, 7, 22, 100] as const;

/** Groups of a channel of so many validators: organisations, each with several; none of a small channel. */
const GROUPS: Readonly<Record<number, number>> = { 22: 4, 100: 10 };

/** Enough for a mean; the work grows with the square of the validators. */
const heightsOf = (validators: number): number => (validators > 50 ? 14 : validators > 10 ? 30 : 60);

const settingOf = (variant: VariantName, network: NetworkName, validators: number): Setting | undefined => {
  const { engine, ...rest } = VARIANTS[variant];
  const groups = GROUPS[validators];
  if ("isGrouped" in rest && groups === undefined) return undefined;
  return {
    engine,
    validators,
    optimistic: "optimistic" in rest,
    ...("isGrouped" in rest && groups !== undefined && { groups }),
    ...NETWORKS[network],
    heights: heightsOf(validators),
  };
};

export type Row = Measured & {
  readonly variant: VariantName;
  readonly network: NetworkName;
  readonly validators: number;
};

/** One row of the report: without faults, and beside it the recovery when a leader stops at its worst moment. */
export const rowOf = (variant: VariantName, network: NetworkName, validators: number): Row | undefined => {
  const setting = settingOf(variant, network, validators);
  if (setting === undefined) return undefined;
  const atHeight = Math.floor(setting.heights / 2);
  const recoveries = [0, 1, 2].map(
    (turnsLater) => measure({ ...setting, stops: { atHeight, turnsLater } }).recoveryMs ?? 0,
  );
  return { ...measure(setting), recoveryMs: Math.max(...recoveries), variant, network, validators };
};

/** The delay attack: one of four validators says everything as late as its leadership is just not timed out for. */
export type Attack = {
  readonly spinInterval: number;
  /** Blocks a second without it, and with it over a whole rotation of leaders. */
  readonly sound: number;
  readonly attacked: number;
  /** How long the worst leader slows the channel in a row, in seconds. */
  readonly tenureS: number;
};

const ATTACKED = 4;
/** Of the view's timer, as late as passes. */
const EDGE = 0.9;

/** What the attack costs where each leader keeps k views. */
export const attackOf = (spinInterval: number): Attack => {
  const { baseMs } = NETWORKS.LAN;
  const heights = Math.max(80, ATTACKED * spinInterval + 8);
  const setting: Setting = { engine: "lft", validators: ATTACKED, ...NETWORKS.LAN, spinInterval, heights };
  const sound = measure({ ...setting, heights: 80 });
  const byMs = EDGE * baseMs;
  const attacked = measure({ ...setting, delayer: { index: 1, byMs } });
  const soundMs = (attacked.blocks * (ATTACKED - 1) * sound.periodMs) / ATTACKED;
  const tenures = attacked.blocks / (ATTACKED * spinInterval);
  return {
    spinInterval,
    sound: 1_000 / sound.periodMs,
    attacked: 1_000 / attacked.periodMs,
    tenureS: (attacked.spanMs - soundMs) / tenures / 1_000,
  };
};
