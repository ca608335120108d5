/** Bounds on what a peer can make this process hold. */
export type Limits = {
  /** The largest frame sent or taken, in bytes. */
  readonly frameBytesMax: number;
  /** Waiting frames of one peer, channel and lane, in bytes, each counted with `FRAME_OVERHEAD_BYTES`. */
  readonly queueBytesMax: number;
  /** TCP connections from outside, before and after their TLS handshake. */
  readonly connectionsMax: number;
};

export const DEFAULT_LIMITS: Limits = {
  frameBytesMax: 4 * 1024 * 1024,
  queueBytesMax: 16 * 1024 * 1024,
  connectionsMax: 256,
};

/** What a waiting frame costs beside its bytes, so that many empty frames fill a queue too. */
export const FRAME_OVERHEAD_BYTES = 256;

/** HTTP/2's default window of 64 KiB would cap a stream at 64 KiB per round trip. */
export const STREAM_WINDOW_BYTES = 1024 * 1024;

/** Times, in milliseconds. */
export type Timing = {
  /** Longest TLS handshake, and longest wait for the answer to a new stream. */
  readonly answerTimeoutMs: number;
  /** Silence after which a connection is pinged, and the wait for the answer: a frozen peer is noticed in their sum. */
  readonly keepaliveIntervalMs: number;
  readonly keepaliveTimeoutMs: number;
  readonly retryMsMin: number;
  readonly retryMsMax: number;
};

export const DEFAULT_TIMING: Timing = {
  answerTimeoutMs: 5_000,
  keepaliveIntervalMs: 2_000,
  keepaliveTimeoutMs: 3_000,
  retryMsMin: 50,
  retryMsMax: 2_000,
};

/**
 * The limits with defaults for what is left out.
 *
 * @throws RangeError if a value is not a positive safe integer, or the queue cannot hold the largest frame.
 */
export const limitsOf = (given: Partial<Limits> = {}): Limits => {
  const limits = { ...DEFAULT_LIMITS, ...given };
  for (const [name, value] of Object.entries(limits))
    if (!Number.isSafeInteger(value) || value < 1) throw new RangeError(`${name} must be a positive integer`);
  if (limits.queueBytesMax < limits.frameBytesMax + FRAME_OVERHEAD_BYTES)
    throw new RangeError(
      `queueBytesMax must be at least frameBytesMax + ${FRAME_OVERHEAD_BYTES}, or the largest frame never fits`,
    );
  return limits;
};
