import { randomBytes } from "node:crypto";
import { type Backoff, createBackoff } from "./backoff.ts";
import type { Channel } from "./channel.ts";
import type { Connection } from "./connection.ts";
import type { NetworkEvent } from "./event.ts";
import { LANES } from "./lane.ts";
import type { Timing } from "./limits.ts";
import type { Link } from "./link.ts";
import { writeHeader } from "./protocol.ts";
import { REFUSALS, type Status } from "./status.ts";

export type DiallerOptions = {
  readonly peerId: string;
  readonly address: string;
  readonly timing: Timing;
  readonly connect: () => Connection;
  readonly authorize: (peerId: string, channelId: string, certificate: Uint8Array) => boolean;
  readonly emit: (event: NetworkEvent) => void;
};

/** Keeps one connection to one peer at one address, and over it one link for every channel. */
export type Dialler = {
  readonly address: string;
  join(channel: Channel): void;
  leave(channelId: string): void;
  /** Dials now if it is waiting to. */
  hurry(): void;
  close(status: Status): void;
};

type Attempt = {
  readonly channel: Channel;
  readonly backoff: Backoff;
  timer?: NodeJS.Timeout | undefined;
  link?: Link | undefined;
};

/**
 * A dialler that has begun. Two things can fail, each with its own backoff: the connection (all its links fall and are
 * asked for again over the next one) and a link alone (the peer refuses it, for it has not joined the channel yet).
 * A backoff starts over only after a success that lasted: a peer that takes and drops us is not hammered.
 */
export const createDialler = (options: DiallerOptions): Dialler => {
  const { peerId, address, timing, emit } = options;
  const newBackoff = (): Backoff => createBackoff(timing.retryMsMin, timing.retryMsMax);
  const attempts = new Map<string, Attempt>();
  const backoff = newBackoff();
  let connection: Connection | undefined;
  let timer: NodeJS.Timeout | undefined;
  let readyAtMs: number | undefined;

  const lasted = (sinceMs: number | undefined): boolean =>
    sinceMs !== undefined && performance.now() - sinceMs >= timing.retryMsMax;

  const hangUp = (status: Status): void => {
    clearTimeout(timer);
    timer = undefined;
    const old = connection;
    connection = undefined;
    for (const attempt of attempts.values()) {
      clearTimeout(attempt.timer);
      attempt.timer = undefined;
      attempt.link?.close(status);
    }
    old?.close();
  };

  const lose = (reason: string): void => {
    hangUp({ code: REFUSALS.CLOSING.code, details: reason });
    if (lasted(readyAtMs)) backoff.reset();
    readyAtMs = undefined;
    const retryMs = backoff.next();
    emit({ type: "dial-failed", peerId, address, reason, retryMs });
    timer = setTimeout(dial, retryMs);
  };

  const dial = (): void => {
    timer = undefined;
    if (attempts.size === 0) return;
    const dialled = options.connect();
    connection = dialled;
    void dialled.ready.then((result) => {
      if (connection !== dialled) return;
      if (!result.ok) return lose(result.reason);
      readyAtMs = performance.now();
      for (const attempt of attempts.values())
        if (connection === dialled) open(attempt, dialled, result.certificate);
    });
  };

  const open = (attempt: Attempt, over: Connection, certificate: Uint8Array): void => {
    const { channel } = attempt;
    const again = (status: Status): void => {
      if (attempts.get(channel.id) !== attempt || connection !== over) return;
      if (!over.alive()) return lose(status.details);
      const retryMs = attempt.backoff.next();
      emit({
        type: "link-failed",
        peerId,
        channelId: channel.id,
        code: status.code,
        reason: status.details,
        retryMs,
      });
      attempt.timer = setTimeout(() => {
        attempt.timer = undefined;
        if (over.alive()) open(attempt, over, certificate);
        else lose("the connection is lost");
      }, retryMs);
    };
    // Judged before the stream opens: a stranger at the address does not even learn the channel's id.
    if (!options.authorize(peerId, channel.id, certificate)) return again(REFUSALS.NOT_A_MEMBER);

    const session = randomBytes(16).toString("hex");
    const openedAtMs = performance.now();
    const link = channel.link({ peerId, certificate, session }, (closed, status, wasUp) => {
      clearTimeout(answer);
      if (attempt.link !== closed) return;
      attempt.link = undefined;
      if (wasUp && lasted(openedAtMs)) attempt.backoff.reset();
      again(status);
    });
    const answer = setTimeout(() => link.close(REFUSALS.TIMEOUT), timing.answerTimeoutMs);
    attempt.link = link;
    let waiting = LANES.length;
    for (const lane of LANES) {
      const stream = over.open(writeHeader({ channelId: channel.id, lane, session }));
      link.add(lane, stream, () => stream.cancel());
      stream.on("metadata", () => {
        waiting -= 1;
        if (waiting === 0) clearTimeout(answer);
        link.accept(lane);
      });
    }
    return undefined;
  };

  return {
    address,
    join: (channel) => {
      const attempt: Attempt = { channel, backoff: newBackoff() };
      attempts.set(channel.id, attempt);
      if (connection === undefined && timer === undefined) return dial();
      const over = connection;
      void over?.ready.then((result) => {
        // A connection that was not ready yet opens every attempt itself, and this one has its link by then.
        const idle = attempt.link === undefined && attempt.timer === undefined;
        if (result.ok && connection === over && attempts.get(channel.id) === attempt && idle)
          open(attempt, over, result.certificate);
      });
      return undefined;
    },
    leave: (channelId) => {
      const attempt = attempts.get(channelId);
      attempts.delete(channelId);
      clearTimeout(attempt?.timer);
      attempt?.link?.close(REFUSALS.LEFT);
      if (attempts.size === 0) hangUp(REFUSALS.LEFT);
    },
    hurry: () => {
      if (timer === undefined) return;
      clearTimeout(timer);
      backoff.reset();
      dial();
    },
    close: (status) => {
      hangUp(status);
      attempts.clear();
    },
  };
};
