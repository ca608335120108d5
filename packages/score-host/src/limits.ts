export type ScoreHostLimits = {
  /** V8's heap of each sandbox process, in MB. Default 256. */
  readonly memoryMb?: number;
  /** How long a block's calls may compute, all together and without state reads. Default 10 000. */
  readonly callsDeadlineMs?: number;
  /** How long one query may compute. Default 2 000. */
  readonly queryDeadlineMs?: number;
  /** How often a block is tried before execution halts, the later times after a pause. Default 10. */
  readonly attemptsMax?: number;
  /** How many queries may wait. Default 256. */
  readonly queriesMax?: number;
  /** How much state each process keeps at hand, in bytes. Default 32 MB. */
  readonly cacheBytesMax?: number;
};

export const DEFAULTS: Required<ScoreHostLimits> = {
  memoryMb: 256,
  callsDeadlineMs: 10_000,
  queryDeadlineMs: 2_000,
  attemptsMax: 10,
  queriesMax: 256,
  cacheBytesMax: 32 * 1024 * 1024,
};
