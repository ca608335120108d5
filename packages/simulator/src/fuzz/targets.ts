import { decodeIbftMessage, decodeMessage, encodeIbftMessage, encodeMessage } from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import {
  type Decoded,
  decode,
  decodeBlock,
  decodeHeader,
  encodeBlock,
  encodeHeader,
  equalBytes,
  readCommitProof,
  Writer,
  writeCommitProof,
} from "@dure/types";
import { trafficOf } from "./traffic.ts";

/** A decoder, valid bytes to start from, and how what it reads is written again. */
export type Target = {
  readonly name: string;
  readonly seeds: () => readonly Bytes[];
  readonly read: (bytes: Bytes) => Decoded<unknown>;
  readonly write: (value: never) => Bytes;
};

/** More than what any peer may send in one block or header; nothing above it is read. */
const LIMITS = { headerBytesMax: 1 << 17, bodyBytesMax: 1 << 20, batchBytesMax: 1 << 20 };
/** What one decoding may take, in ms: far above what it does, and far below what a hang would. */
const SLOW_MS = 1_000;

const lft = () => trafficOf("lft");
const target = <T>(
  name: string,
  seeds: () => readonly Bytes[],
  read: (bytes: Bytes) => Decoded<T>,
  write: (value: T) => Bytes,
): Target => ({ name, seeds, read, write: write as Target["write"] });

/** Messages of the engines, and what travels with them. */
export const TARGETS: readonly Target[] = [
  target("lft-message", () => lft().messages, decodeMessage, encodeMessage),
  target(
    "ibft-message",
    () => trafficOf("ibft").messages,
    decodeIbftMessage,
    (message) => (message.type === "attest" ? encodeMessage(message) : encodeIbftMessage(message)),
  ),
  target("header", () => lft().headers, decodeHeader, encodeHeader),
  target(
    "block",
    () => lft().blocks,
    (bytes) => decodeBlock(bytes, LIMITS),
    encodeBlock,
  ),
  target(
    "commit-proof",
    () => lft().proofs,
    (bytes) => decode(bytes, readCommitProof),
    (proof) => writeCommitProof(new Writer(), proof).finish(),
  ),
];

/** What a decoder did with some bytes: why it refused them, or what is wrong with it. */
export type Trial = { readonly refusal?: string; readonly flaw?: string };

/** Reads bytes by a target's decoder, which must answer, soon, and read nothing that is not written as it came. */
export const tryBytes = ({ read, write }: Target, bytes: Bytes): Trial => {
  const startedMs = performance.now();
  try {
    const decoded = read(bytes);
    const tookMs = performance.now() - startedMs;
    if (tookMs > SLOW_MS) return { flaw: `it took ${tookMs.toFixed(0)} ms` };
    if (!decoded.ok) return { refusal: decoded.message };
    return equalBytes(write(decoded.value as never), bytes)
      ? {}
      : { flaw: "it is written otherwise than it was read" };
  } catch (error) {
    return { flaw: `it threw ${error instanceof Error ? error.message : String(error)}` };
  }
};
