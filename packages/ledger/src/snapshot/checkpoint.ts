import { type Bytes, HASH_BYTES } from "@dure/crypto";
import {
  type CommitProof,
  type Decoded,
  decode,
  decodeHeader,
  type ExecutionCertificate,
  type Reader,
  readCommitProof,
  readExecutionCertificate,
  toHash,
  Writer,
  writeCommitProof,
  writeExecutionCertificate,
} from "@dure/types";
import { type LogBase, readEnds, writeEnds } from "../blocks/log-base.ts";
import type { Reflected } from "../execution/records.ts";
import type { EpochEnd, HeaderChain } from "../proof/encode.ts";
import { PROOF_LIMITS } from "../proof/limits.ts";
import type { ReadEnd, ReadHeader } from "../proof/read-document.ts";
import { invalid, malformed, ProofRefusal } from "../proof/refusal.ts";
import type { Trust } from "../proof/trust.ts";
import { provenBlock } from "../proof/verify-chain.ts";
import { followEnds } from "../proof/verify-ends.ts";
import { checkExecution } from "../proof/verify-execution.ts";
import { rootHash } from "../state/entry.ts";
import type { TreeRoot } from "../state/tree.ts";

/** Where a peer can begin that has nothing but the genesis (specs/snapshots.md): what a snapshot's holder offers. */
export type Checkpoint = {
  /** The ends of all epochs that lead to the validators who signed the rest. */
  readonly ends: readonly EpochEnd[];
  /** From where on the log is needed: the lives of its transactions are over at the snapshot. Undefined: from the genesis on. */
  readonly base: { readonly header: Bytes; readonly commit: CommitProof } | undefined;
  /** The block that the state reflects, and why it is committed. */
  readonly chain: HeaderChain;
  /** What a quorum attested of that block's height. */
  readonly execution: ExecutionCertificate;
  /** What the state root is made of. */
  readonly keys: number;
  readonly top: Bytes;
};

/** A checkpoint that was verified. */
export type ProvenCheckpoint = {
  readonly reflected: Reflected;
  readonly execution: ExecutionCertificate;
  readonly tree: TreeRoot;
  readonly base: LogBase | undefined;
  readonly baseHeight: number;
};

export type CheckpointVerdict =
  | { readonly ok: true; readonly checkpoint: ProvenCheckpoint }
  | { readonly ok: false; readonly message: string };

const VERSION = 1;
const { headerBytesMax, headersMax } = PROOF_LIMITS;

/** Bytes of a checkpoint. */
export const encodeCheckpoint = ({ ends, base, chain, execution, keys, top }: Checkpoint): Bytes => {
  const writer = writeEnds(new Writer().u8(VERSION), ends).flag(base !== undefined);
  if (base !== undefined) writeCommitProof(writer.bytes(base.header), base.commit);
  writer.u16(chain.headers.length);
  for (const header of chain.headers) writer.bytes(header);
  writeExecutionCertificate(writeCommitProof(writer, chain.proof), execution);
  return writer.u64(keys).fixed(top, HASH_BYTES).finish();
};

const readOne = (reader: Reader): Checkpoint => {
  reader.expect(VERSION, "the checkpoint's version");
  const ends = readEnds(reader);
  const base = reader.flag()
    ? { header: reader.bytes(headerBytesMax), commit: readCommitProof(reader) }
    : undefined;
  const count = reader.count16(4);
  if (count > headersMax) reader.fail(`${count} headers are above ${headersMax}`);
  const headers = Array.from({ length: count }, () => reader.bytes(headerBytesMax));
  const chain = { headers, proof: readCommitProof(reader) };
  const execution = readExecutionCertificate(reader);
  return { ends, base, chain, execution, keys: reader.u64(), top: reader.fixed(HASH_BYTES).slice() };
};

/** Reads a checkpoint strictly, by its form alone. */
export const decodeCheckpoint = (bytes: Bytes): Decoded<Checkpoint> => decode(bytes, readOne);

const headerOf = (bytes: Bytes, what: string): ReadHeader => {
  const decoded = decodeHeader(bytes);
  return decoded.ok ? { bytes, header: decoded.value } : malformed(`${what}: ${decoded.message}`);
};

const provenBase = (
  trust: Trust,
  { header, commit }: NonNullable<Checkpoint["base"]>,
  snapshot: { readonly height: number; readonly timestampMs: number },
) => {
  const read = headerOf(header, "the base");
  const { height, timestampMs, execution } = read.header;
  provenBlock(trust, height, { headers: [read], commit });
  if (execution === undefined) return invalid("the base carries no execution certificate");
  if (height > snapshot.height) return invalid("the base is above the snapshot");
  if (timestampMs + trust.config.limits.longestLifeMs >= snapshot.timestampMs)
    return invalid("transactions below the base may be alive at the snapshot");
  return { height };
};

const proven = (genesis: Trust, checkpoint: Checkpoint): ProvenCheckpoint => {
  const { suite, channelId } = genesis;
  const ends: readonly ReadEnd[] = checkpoint.ends.map((end, at) => ({
    ...end,
    header: headerOf(end.header, `epochs[${at}]`),
  }));
  const trust = followEnds(genesis, ends);
  const headers = checkpoint.chain.headers.map((bytes, at) => headerOf(bytes, `headers[${at}]`));
  const { execution, keys, top, base } = checkpoint;
  const { height } = execution;
  const block = provenBlock(trust, height, { headers, commit: checkpoint.chain.proof });
  checkExecution(trust, execution);
  const root = rootHash(suite, keys, top);
  const stateRoot = toHash(root);
  if (stateRoot !== execution.stateRoot) invalid("the tree's top is not the attested root's");
  const { timestampMs } = block.header;
  const baseHeight = base === undefined ? 0 : provenBase(trust, base, { height, timestampMs }).height;
  return {
    reflected: {
      channelId,
      height,
      blockId: block.id,
      timestampMs,
      roots: { stateRoot, receiptsRoot: execution.receiptsRoot },
    },
    execution,
    tree: { count: keys, top, root },
    base: base && {
      ...base,
      ends: checkpoint.ends.filter((_, at) => (ends[at]?.header.header.height ?? 0) <= baseHeight),
    },
    baseHeight,
  };
};

/** What a checkpoint's bytes show to someone who trusts the genesis alone, or why they are refused. Never throws. */
export const verifyCheckpoint = (genesis: Trust, bytes: Bytes): CheckpointVerdict => {
  const decoded = decodeCheckpoint(bytes);
  if (!decoded.ok) return decoded;
  try {
    return { ok: true, checkpoint: proven(genesis, decoded.value) };
  } catch (error) {
    if (error instanceof ProofRefusal) return { ok: false, message: error.message };
    throw error;
  }
};
