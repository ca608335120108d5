import type { Bytes, CryptoSuite } from "@dure/crypto";
import { blockTransactions, type Held, type Ledger, type Roots } from "@dure/ledger";
import {
  type BlockData,
  type BlockProofDocument,
  type EpochEnd,
  encodeBlockDocument,
  encodeStateDocument,
  encodeTransactionDocument,
  type ProofContext,
  type ResultParts,
  type StateProofDocument,
  type TransactionProofDocument,
} from "@dure/ledger/proof";
import type { CommitProof, ExecutionCertificate, Hash } from "@dure/types";
import { Refusal } from "../rest/refusal.ts";
import type { Certificates } from "./certificates.ts";
import type { Final } from "./execution.ts";

export type ProofsOptions = {
  readonly suite: CryptoSuite;
  readonly channelId: Hash;
  /** How all epochs before one ended. */
  readonly endsBefore: (epoch: number) => readonly EpochEnd[];
  readonly ledger: Ledger;
  readonly certificates: Pick<Certificates, "of">;
  /** A committed transaction that waits for its execution. */
  readonly findFinal: (id: Hash) => Promise<Final | undefined>;
};

/** What stood under a key at a height, and the proof of it. */
export type ProvenState = {
  readonly height: number;
  readonly held: Held | undefined;
  readonly proof: StateProofDocument;
};

const notReady = (why: string): Refusal =>
  new Refusal("PROOF_NOT_READY", `${why}: ask again later, or another peer`);

/**
 * Makes proofs (specs/proofs.md) from the ledger. What needs an execution certificate waits for it, for up to `waitMs`,
 * and throws Refusal `PROOF_NOT_READY` if there is none then.
 */
export class Proofs {
  readonly #options: ProofsOptions;

  constructor(options: ProofsOptions) {
    this.#options = options;
  }

  /** The ends of the epochs that lead to all certificates of a proof. */
  #context(commit: CommitProof | undefined, execution: ExecutionCertificate | undefined): ProofContext {
    const { channelId, endsBefore } = this.#options;
    const epoch = Math.max(commit === undefined ? 0 : epochOf(commit), execution?.epoch ?? 0);
    return { channelId, ends: endsBefore(epoch) };
  }

  /** Of an executed transaction with its receipt; of one that is only final without; undefined of any other. */
  async transaction(id: Hash, waitMs: number): Promise<TransactionProofDocument | undefined> {
    const { ledger, findFinal } = this.#options;
    const final = ledger.place(id) === undefined ? await findFinal(id) : undefined;
    // It may have been executed while the log was read.
    const isExecuted = ledger.place(id) !== undefined;
    if (!isExecuted && final === undefined) return undefined;
    const result = isExecuted ? await this.#result(id, waitMs) : undefined;
    const parts = await ledger.transactionProof(id, final);
    if (parts === undefined)
      throw notReady("the transaction's block is damaged on disk and being fetched again");
    return encodeTransactionDocument(this.#context(parts.chain.proof, result?.execution), parts, result);
  }

  /** Of a committed block; with `full` also all its transactions, and once executed its receipts. */
  async block(
    height: number,
    { full }: { readonly full: boolean },
    waitMs: number,
  ): Promise<BlockProofDocument | undefined> {
    const { ledger } = this.#options;
    if (!(height >= 1 && height <= (ledger.head()?.height ?? 0))) return undefined;
    const data = full ? await this.#data(height, waitMs) : undefined;
    const chain = await ledger.proofFor(height);
    if (chain === undefined) throw notReady("the block is damaged on disk and being fetched again");
    return encodeBlockDocument(this.#context(chain.proof, data?.receipts?.execution), height, chain, data);
  }

  /** What stands under a key now, proven once the height that it was read at is attested. */
  async state(key: Bytes, waitMs: number): Promise<ProvenState> {
    const { ledger } = this.#options;
    // All three are of one height: execution cannot move on in between.
    const height = ledger.executedHeight();
    const held = ledger.get(key);
    const state = ledger.prove(key);
    if (height < 1)
      throw notReady("no block was executed yet, and the genesis' own state is attested by none");
    const execution = await this.#certificate(height, waitMs);
    return {
      height,
      held,
      proof: encodeStateDocument(this.#context(undefined, execution), key, state, execution),
    };
  }

  async #result(id: Hash, waitMs: number): Promise<ResultParts> {
    const found = this.#options.ledger.receiptProof(id);
    if (found === undefined) throw notReady("the receipt is not held");
    const { height, receipt, path } = found;
    return { receipt, path, execution: await this.#certificate(height, waitMs) };
  }

  async #data(height: number, waitMs: number): Promise<BlockData> {
    const { ledger, suite } = this.#options;
    const read = await ledger.read(height);
    const transactions = read === undefined ? undefined : blockTransactions(suite, read.block);
    if (!transactions?.ok) throw notReady("the block is damaged on disk and being fetched again");
    const receipts = ledger.receipts(height);
    return {
      transactions: transactions.value.map(({ bytes }) => bytes),
      receipts:
        receipts === undefined ? undefined : { receipts, execution: await this.#certificate(height, waitMs) },
    };
  }

  /** The certificate of a height that this peer executed, with the roots that came of it here. */
  async #certificate(height: number, waitMs: number): Promise<ExecutionCertificate> {
    const { certificates, ledger } = this.#options;
    const certificate = await certificates.of(height, waitMs);
    if (certificate === undefined)
      throw notReady(`this peer holds no attestations of a quorum for height ${height} yet`);
    if (!isOf(certificate, ledger.roots(height)))
      throw notReady(`what this peer executed at height ${height} contradicts a quorum`);
    return certificate;
  }
}

const epochOf = (proof: CommitProof): number =>
  proof.kind === "descendant" ? proof.proof.certificate.epoch : proof.certificate.epoch;

/** Whether a certificate attests these roots: a peer that has diverged must not hand out proofs that fail. */
const isOf = ({ stateRoot, receiptsRoot }: ExecutionCertificate, roots: Roots | undefined): boolean =>
  roots?.receiptsRoot === receiptsRoot && (stateRoot === undefined || roots.stateRoot === stateRoot);
