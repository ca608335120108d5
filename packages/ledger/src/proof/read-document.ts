import type { Bytes } from "@dure/crypto";
import {
  type CommitProof,
  type Decoded,
  decode,
  decodeHeader,
  type ExecutionCertificate,
  type Hash,
  type Header,
  type MerklePath,
  readCommitProof,
  readExecutionCertificate,
} from "@dure/types";
import { PROOF_FORMAT } from "./document.ts";
import { PROOF_LIMITS } from "./limits.ts";
import { JsonReader } from "./read-json.ts";
import { malformed, refuse } from "./refusal.ts";

/** A header as received and as read. */
export type ReadHeader = { readonly bytes: Bytes; readonly header: Header };

/** The headers from a block up to the one that the proof commits: at least one. */
export type ReadChain = { readonly headers: readonly ReadHeader[]; readonly commit: CommitProof };

/** The end of an epoch. */
export type ReadEnd = {
  readonly header: ReadHeader;
  readonly commit: CommitProof;
  readonly transaction: Bytes;
};

export type ReadTransactionProof = {
  readonly kind: "transaction";
  readonly height: number;
  readonly index: number;
  readonly transaction: Bytes;
  readonly path: MerklePath;
  readonly chain: ReadChain;
  readonly result:
    | { readonly receipt: Bytes; readonly path: MerklePath; readonly execution: ExecutionCertificate }
    | undefined;
};

export type ReadBlockProof = {
  readonly kind: "block";
  readonly height: number;
  readonly chain: ReadChain;
  readonly data:
    | {
        readonly transactions: readonly Bytes[];
        readonly results:
          | { readonly receipts: readonly Bytes[]; readonly execution: ExecutionCertificate }
          | undefined;
      }
    | undefined;
};

export type ReadStateProof = {
  readonly kind: "state";
  readonly key: Bytes;
  readonly state: Bytes;
  readonly execution: ExecutionCertificate;
};

/** A proof in the right form: its parts are decoded, and nothing of it is verified. */
export type ReadProof = { readonly ends: readonly ReadEnd[] } & (
  | ReadTransactionProof
  | ReadBlockProof
  | ReadStateProof
);

const COMMON = ["format", "kind", "channelId", "epochs"] as const;
const CHAIN = ["height", "headers", "commit"] as const;
const FIELDS = {
  transaction: [...COMMON, ...CHAIN, "index", "transaction", "path", "result"],
  block: [...COMMON, ...CHAIN, "data"],
  state: [...COMMON, "key", "state", "execution"],
} as const;

const {
  headersMax,
  headerBytesMax,
  epochsMax,
  commitBytesMax,
  executionBytesMax,
  transactionBytesMax,
  transactionsMax,
  receiptBytesMax,
  siblingsMax,
  keyBytesMax,
  stateBytesMax,
} = PROOF_LIMITS;

const decoded = <T>(result: Decoded<T>, what: string): T =>
  result.ok ? result.value : malformed(`${what}: ${result.message}`);

const readPath = (json: JsonReader, value: unknown, what: string): MerklePath => {
  const { index, count, siblings } = json.object(value, what, ["index", "count", "siblings"]);
  return {
    index: json.integer(index, `${what}.index`, 0),
    count: json.integer(count, `${what}.count`, 1),
    siblings: json.list(siblings, `${what}.siblings`, siblingsMax, (item, at) => json.hash(item, at)),
  };
};

const readExecution = (json: JsonReader, value: unknown, what: string): ExecutionCertificate =>
  decoded(decode(json.bytes(value, what, executionBytesMax), readExecutionCertificate), what);

const readHeader = (json: JsonReader, value: unknown, what: string): ReadHeader => {
  const bytes = json.bytes(value, what, headerBytesMax);
  return { bytes, header: decoded(decodeHeader(bytes), what) };
};

const readCommit = (json: JsonReader, value: unknown, what: string): CommitProof =>
  decoded(decode(json.bytes(value, what, commitBytesMax), readCommitProof), what);

const readEnd = (json: JsonReader, value: unknown, what: string): ReadEnd => {
  const { header, commit, transaction } = json.object(value, what, ["header", "commit", "transaction"]);
  return {
    header: readHeader(json, header, `${what}.header`),
    commit: readCommit(json, commit, `${what}.commit`),
    transaction: json.bytes(transaction, `${what}.transaction`, transactionBytesMax),
  };
};

type ChainFields = Readonly<Record<"headers" | "commit", unknown>>;

const readChain = (json: JsonReader, fields: ChainFields): ReadChain => {
  const headers = json.list(fields.headers, "headers", headersMax, (item, what) =>
    readHeader(json, item, what),
  );
  if (headers.length === 0) return malformed("headers is empty");
  return { headers, commit: readCommit(json, fields.commit, "commit") };
};

const readTransactionProof = (json: JsonReader, value: unknown): ReadTransactionProof => {
  const fields = json.object(value, "the proof", FIELDS.transaction);
  const { height, index, transaction, path, result } = fields;
  const found = result === null ? undefined : json.object(result, "result", ["receipt", "path", "execution"]);
  return {
    kind: "transaction",
    height: json.integer(height, "height", 1),
    index: json.integer(index, "index", 0),
    transaction: json.bytes(transaction, "transaction", transactionBytesMax),
    path: readPath(json, path, "path"),
    chain: readChain(json, fields),
    result:
      found === undefined
        ? undefined
        : {
            receipt: json.bytes(found.receipt, "result.receipt", receiptBytesMax),
            path: readPath(json, found.path, "result.path"),
            execution: readExecution(json, found.execution, "result.execution"),
          },
  };
};

const readResults = (json: JsonReader, value: unknown) => {
  if (value === null) return undefined;
  const { receipts, execution } = json.object(value, "data.receipts", ["receipts", "execution"]);
  return {
    receipts: json.list(receipts, "data.receipts.receipts", transactionsMax, (item, what) =>
      json.bytes(item, what, receiptBytesMax),
    ),
    execution: readExecution(json, execution, "data.receipts.execution"),
  };
};

const readData = (json: JsonReader, value: unknown): ReadBlockProof["data"] => {
  if (value === null) return undefined;
  const { transactions, receipts } = json.object(value, "data", ["transactions", "receipts"]);
  return {
    transactions: json.list(transactions, "data.transactions", transactionsMax, (item, what) =>
      json.bytes(item, what, transactionBytesMax),
    ),
    results: readResults(json, receipts),
  };
};

const readBlockProof = (json: JsonReader, value: unknown): ReadBlockProof => {
  const fields = json.object(value, "the proof", FIELDS.block);
  return {
    kind: "block",
    height: json.integer(fields.height, "height", 1),
    chain: readChain(json, fields),
    data: readData(json, fields.data),
  };
};

const readStateProof = (json: JsonReader, value: unknown): ReadStateProof => {
  const { key, state, execution } = json.object(value, "the proof", FIELDS.state);
  return {
    kind: "state",
    key: json.bytes(key, "key", keyBytesMax),
    state: json.bytes(state, "state", stateBytesMax),
    execution: readExecution(json, execution, "execution"),
  };
};

const READERS = { transaction: readTransactionProof, block: readBlockProof, state: readStateProof } as const;

const isKind = (value: unknown): value is keyof typeof READERS =>
  typeof value === "string" && Object.hasOwn(READERS, value);

/**
 * Reads a proof of a channel strictly, by its form alone. Throws ProofRefusal; and whatever a hostile object's own
 * getters throw, where the value is none that JSON text gives.
 */
export const readProof = (channelId: Hash, value: unknown): ReadProof => {
  const json = new JsonReader(PROOF_LIMITS.bytesMax);
  if (typeof value !== "object" || value === null) return malformed("the proof is no object");
  const { format, kind, channelId: channel, epochs } = value as Readonly<Record<string, unknown>>;
  if (format !== PROOF_FORMAT) return malformed(`the format is not ${PROOF_FORMAT}`);
  if (!isKind(kind)) return malformed(`the kind is not one of ${Object.keys(READERS).join(", ")}`);
  if (json.hash(channel, "channelId") !== channelId)
    return refuse("PROOF_WRONG_CHANNEL", `the proof is of channel ${String(channel)}, not of ${channelId}`);
  const ends = json.list(epochs, "epochs", epochsMax, (item, what) => readEnd(json, item, what));
  return { ends, ...READERS[kind](json, value) };
};
