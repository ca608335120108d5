import { createHash } from "node:crypto";
import { type Bytes, domainTag } from "@dure/crypto";

/**
 * How every file of the ledger is cut into frames (specs/storage.md):
 *
 *   magic u32 | version u8 | kind u8 | sequence u64 | length u32 | head check 4 B | payload | check 16 B
 *
 * The head has a check of its own, so that a frame whose head stands is known to be as long as it says: that tells a
 * write that never completed from a damaged one. Both checks are keyed by a seed that only this file has, so that a
 * frame of another file, of an older file, or one that a client placed inside a payload never passes.
 */
const FRAME_MAGIC: Bytes = Uint8Array.of(0x44, 0x55, 0x52, 0x45);
export const FRAME_HEAD_BYTES = 22;
export const FRAME_CHECK_BYTES = 16;
const VERSION = 1;
const HEAD_CHECKED_BYTES = 18;

// These tags key files of one node; they are no statements of the protocol and appear in no other package.
const HEAD_TAG = domainTag("dure/file/head");
const FRAME_TAG = domainTag("dure/file/frame");

const digest = (...parts: readonly Bytes[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** The seed of a file: 16 bytes over the parts, which must tell the file from every other. */
export const fileSeed = (label: string, ...parts: readonly Bytes[]): Bytes =>
  new Uint8Array(digest(domainTag(`dure/file/${label}`), ...parts).subarray(0, FRAME_CHECK_BYTES));

export type Frame = {
  readonly kind: number;
  /** Its place: a count in the journal, a height in the block log. */
  readonly sequence: number;
  /** A view of the bytes read. */
  readonly payload: Bytes;
};

/** A frame that is written: what follows one another in the file, how long that is, and the check that it ends with. */
export type FrameParts = { readonly parts: readonly Bytes[]; readonly length: number; readonly check: Bytes };

/** A frame with its payload, which is given in parts and not copied. */
export const encodeFrame = (
  seed: Bytes,
  kind: number,
  sequence: number,
  ...payload: readonly Bytes[]
): FrameParts => {
  const length = payload.reduce((sum, part) => sum + part.length, 0);
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.set(FRAME_MAGIC);
  head.writeUInt8(VERSION, 4);
  head.writeUInt8(kind, 5);
  head.writeBigUInt64BE(BigInt(sequence), 6);
  head.writeUInt32BE(length, 14);
  head.set(digest(HEAD_TAG, seed, head.subarray(0, HEAD_CHECKED_BYTES)).subarray(0, 4), HEAD_CHECKED_BYTES);
  const check = digest(FRAME_TAG, seed, head, ...payload).subarray(0, FRAME_CHECK_BYTES);
  return {
    parts: [head, ...payload, check],
    length: FRAME_HEAD_BYTES + length + FRAME_CHECK_BYTES,
    check: new Uint8Array(check),
  };
};

/** The 16 bytes of check at the end of a frame: the journal chains its frames by them. */
export const frameCheck = (frame: Bytes): Bytes => frame.slice(frame.length - FRAME_CHECK_BYTES);

export type FrameRead =
  | { readonly state: "whole"; readonly frame: Frame; readonly next: number }
  /** The head stands, the payload or its check does not; the frame ends at `next`. */
  | { readonly state: "broken"; readonly kind: number; readonly sequence: number; readonly next: number }
  /** The bytes end before the frame does. */
  | { readonly state: "short" }
  /** No frame of this file begins here. */
  | { readonly state: "none" };

/** Reads the frame at an offset. Never throws on any bytes. */
export const readFrame = (seed: Bytes, bytes: Buffer, offset: number): FrameRead => {
  if (bytes.length - offset < FRAME_HEAD_BYTES) return { state: "short" };
  const head = bytes.subarray(offset, offset + FRAME_HEAD_BYTES);
  const expected = digest(HEAD_TAG, seed, head.subarray(0, HEAD_CHECKED_BYTES)).subarray(0, 4);
  if (!expected.equals(head.subarray(HEAD_CHECKED_BYTES))) return { state: "none" };
  if (!head.subarray(0, 4).equals(FRAME_MAGIC) || head.readUInt8(4) !== VERSION) return { state: "none" };
  const kind = head.readUInt8(5);
  const sequence = Number(head.readBigUInt64BE(6));
  if (!Number.isSafeInteger(sequence)) return { state: "none" };
  const payloadEnd = offset + FRAME_HEAD_BYTES + head.readUInt32BE(14);
  const next = payloadEnd + FRAME_CHECK_BYTES;
  if (next > bytes.length) return { state: "short" };
  const payload = bytes.subarray(offset + FRAME_HEAD_BYTES, payloadEnd);
  const check = digest(FRAME_TAG, seed, head, payload).subarray(0, FRAME_CHECK_BYTES);
  if (!check.equals(bytes.subarray(payloadEnd, next))) return { state: "broken", kind, sequence, next };
  // A plain view: callers compare and keep what they read, and a Buffer is another class.
  const plain = new Uint8Array(payload.buffer, payload.byteOffset, payload.length);
  return { state: "whole", frame: { kind, sequence, payload: plain }, next };
};

/** The offset of the next whole frame at or after an offset, or undefined: how reading goes on after damage. */
export const nextWholeFrame = (seed: Bytes, bytes: Buffer, from: number): number | undefined => {
  for (let at = bytes.indexOf(FRAME_MAGIC, from); at >= 0; at = bytes.indexOf(FRAME_MAGIC, at + 1)) {
    if (readFrame(seed, bytes, at).state === "whole") return at;
  }
  return undefined;
};
