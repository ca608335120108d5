import type { Bytes, CryptoSuite } from "@dure/crypto";
import {
  type ExecutionCertificate,
  readExecutionCertificate,
  writeExecutionCertificate,
} from "./execution.ts";
import { type Hash, hashOf, readHash, writeHash } from "./hash.ts";
import { type Decoded, decode } from "./reader.ts";
import { TAG } from "./tags.ts";
import { Writer } from "./writer.ts";

/** The version says whether the block ends its epoch: all else stands alike in both. */
const VERSION = 1;
const VERSION_ENDING = 2;

/** A block's header: what its id is the hash of. QC and TC travel beside it, outside the hash. */
export type Header = {
  readonly channelId: Hash;
  readonly epoch: number;
  readonly height: number;
  readonly view: number;
  readonly parentId: Hash;
  /** Milliseconds since the epoch, greater than the parent's. */
  readonly timestampMs: number;
  /** Index of the proposing validator in the epoch's configuration. */
  readonly proposer: number;
  /** Merkle root over the full bytes of the block's transactions, in order. */
  readonly bodyRoot: Hash;
  readonly transactionCount: number;
  /** Its one transaction changes the channel's configuration: no block of its epoch stands above it (lft.md rule 14). */
  readonly endsEpoch: boolean;
  /** The newest execution certificate that the proposer held and no ancestor carries (lft.md rule 17). */
  readonly execution: ExecutionCertificate | undefined;
};

/** Canonical bytes of a header. */
export const encodeHeader = (header: Header): Bytes => {
  const writer = writeHash(new Writer().u8(header.endsEpoch ? VERSION_ENDING : VERSION), header.channelId);
  writeHash(writer.u64(header.epoch).u64(header.height).u64(header.view), header.parentId);
  writeHash(writer.u64(header.timestampMs).u16(header.proposer), header.bodyRoot).u32(
    header.transactionCount,
  );
  writer.flag(header.execution !== undefined);
  if (header.execution !== undefined) writeExecutionCertificate(writer, header.execution);
  return writer.finish();
};

/** Reads a header strictly. */
export const decodeHeader = (bytes: Bytes): Decoded<Header> =>
  decode(bytes, (reader) => {
    const version = reader.u8();
    if (version !== VERSION && version !== VERSION_ENDING) reader.fail(`no header's version ${version}`);
    return {
      channelId: readHash(reader),
      epoch: reader.u64(),
      height: reader.u64(),
      view: reader.u64(),
      parentId: readHash(reader),
      timestampMs: reader.u64(),
      proposer: reader.u16(),
      bodyRoot: readHash(reader),
      transactionCount: reader.u32(),
      endsEpoch: version === VERSION_ENDING,
      execution: reader.flag() ? readExecutionCertificate(reader) : undefined,
    };
  });

/** A block's id: the tagged hash of its header's bytes. */
export const blockId = (suite: CryptoSuite, header: Bytes): Hash => hashOf(suite, TAG.block, header);
