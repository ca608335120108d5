import { type ValidatorSet, validatorSet } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import { blockTransactions, type Ledger, type LogBlock } from "@dure/ledger";
import type { EpochEnd } from "@dure/ledger/proof";
import {
  type ChannelConfig,
  type Epoch,
  firstEpoch,
  isConfiguration,
  nextEpoch,
  type ParsedGenesis,
  readConfiguration,
} from "@dure/membership";
import { type Block, blockId, decodeHeader, decodeTransaction, type Header } from "@dure/types";
import { NodeError } from "../error.ts";
import { createIdentities, type Identities, KnownCertificates } from "./identities.ts";

/** An epoch as this node runs it: who its validators are, whose certificates count in it, and how it ended. */
type Known = {
  readonly epoch: Epoch;
  readonly set: ValidatorSet;
  readonly identities: Identities;
  readonly indexes: ReadonlyMap<string, number>;
  end: EpochEnd | undefined;
};

/** The end of an epoch, of its last block as the log has it. Throws if the block holds no transaction or proof. */
const endOf = (suite: CryptoSuite, block: Block): EpochEnd => {
  const transactions = blockTransactions(suite, block);
  const [transaction] = transactions.ok ? transactions.value : [];
  if (transaction === undefined || block.proof === undefined)
    throw new Error("the block that ends an epoch holds no transaction or proof");
  return { header: block.headerBytes, commit: block.proof, transaction: transaction.bytes };
};

/**
 * The channel's epochs up to the current one (lft.md rule 14). All of it follows from the genesis and the log's blocks
 * that ended one; nothing else is kept on disk.
 */
export class Epochs {
  readonly #suite: CryptoSuite;
  readonly #known: Known[] = [];
  readonly #certificates = new KnownCertificates();

  constructor(suite: CryptoSuite, first: Epoch) {
    this.#suite = suite;
    this.#add(first);
  }

  #add(epoch: Epoch): void {
    const suite = this.#suite;
    this.#known.push({
      epoch,
      set: validatorSet({ suite, ...epoch }),
      identities: createIdentities(suite, epoch.config, this.#certificates),
      indexes: new Map(epoch.config.validators.map(({ id }, index) => [id, index])),
      end: undefined,
    });
  }

  get #now(): Known {
    return this.#known[this.#known.length - 1] as Known;
  }

  #of(epoch: number): Known | undefined {
    return this.#known[epoch - (this.#known[0] as Known).epoch.epoch];
  }

  get current(): Epoch {
    return this.#now.epoch;
  }

  /** The configuration that holds now. */
  get config(): ChannelConfig {
    return this.#now.epoch.config;
  }

  /** The current epoch's validators, as certificates are judged by them. */
  get set(): ValidatorSet {
    return this.#now.set;
  }

  /** Senders as the current configuration judges them. */
  get identities(): Identities {
    return this.#now.identities;
  }

  /** The validators of an epoch; undefined of one that is not known here yet. */
  setOf(epoch: number): ValidatorSet | undefined {
    return this.#of(epoch)?.set;
  }

  /** Senders as an epoch's configuration judges them: what a block of that epoch is executed by. */
  identitiesOf(epoch: number): Identities {
    return (this.#of(epoch) ?? this.#now).identities;
  }

  /** The index of a peer among the current validators. */
  indexOf(peerId: string): number | undefined {
    return this.#now.indexes.get(peerId);
  }

  /** The peer id of a validator of an epoch, the current one unless given. */
  peerOf(index: number, epoch = this.current.epoch): string | undefined {
    return this.#of(epoch)?.epoch.config.validators[index]?.id;
  }

  /** How all epochs before this one ended, in order: what leads from the genesis to its validators. */
  endsBefore(epoch: number): readonly EpochEnd[] {
    return this.#known.flatMap((known) =>
      known.epoch.epoch < epoch && known.end !== undefined ? [known.end] : [],
    );
  }

  /** How all epochs up to a block ended: its own included if it ends one. */
  endsUpTo({ epoch, endsEpoch }: Pick<Header, "epoch" | "endsEpoch">): readonly EpochEnd[] {
    return this.endsBefore(endsEpoch ? epoch + 1 : epoch);
  }

  /** Begins the epoch that a committed end opens. Throws if it opens none: no quorum of honest validators commits that. */
  enter(end: EpochEnd): void {
    const header = decodeHeader(end.header);
    const transaction = decodeTransaction(this.#suite, end.transaction, end.transaction.length);
    if (!header.ok || !transaction.ok) throw new Error("an end of an epoch does not read");
    const id = blockId(this.#suite, end.header);
    const read = isConfiguration(transaction.value)
      ? readConfiguration(transaction.value.payload)
      : undefined;
    const { height, timestampMs } = header.value;
    const next = read?.ok
      ? nextEpoch(this.current, read.change, { blockId: id, height, timestampMs })
      : undefined;
    if (next === undefined) throw new Error(`block ${id} ends its epoch and opens no other`);
    this.#now.end = end;
    this.#add(next);
  }
}

/** A block that must be read to tell who the validators are. */
const readFor = async (ledger: Pick<Ledger, "read">, height: number): Promise<LogBlock> => {
  const read = await ledger.read(height);
  if (read !== undefined) return read;
  throw new NodeError(
    "HOME_DAMAGED",
    `block ${height} is damaged on disk, and it is needed to tell the channel's validators: restore the home from a backup, or move the channel's directory away, start again to synchronise, and have the peer re-keyed`,
  );
};

/** The greatest height of an epoch's blocks in the log, from `fromHeight` on; undefined if it has none. */
const lastHeightOf = async (
  ledger: Pick<Ledger, "read">,
  epoch: number,
  fromHeight: number,
  headHeight: number,
): Promise<number | undefined> => {
  let low = fromHeight - 1;
  let high = headHeight;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((await readFor(ledger, middle)).header.epoch <= epoch) low = middle;
    else high = middle - 1;
  }
  return low < fromHeight ? undefined : low;
};

/** The epochs that a channel's log leads through. Throws NodeError `HOME_DAMAGED` where the log cannot tell. */
export const openEpochs = async (
  suite: CryptoSuite,
  ledger: Pick<Ledger, "read" | "head" | "base" | "baseHeight">,
  { document, channelId }: Extract<ParsedGenesis, { ok: true }>,
): Promise<Epochs> => {
  const epochs = new Epochs(suite, firstEpoch(document, channelId));
  for (const end of ledger.base()?.ends ?? []) epochs.enter(end);
  const head = ledger.head();
  if (head === undefined || head.height === ledger.baseHeight()) return epochs;
  const newest = await readFor(ledger, head.height);
  const count = newest.header.epoch + (newest.header.endsEpoch ? 1 : 0);
  while (epochs.current.epoch < count) {
    const { epoch, base } = epochs.current;
    const height = await lastHeightOf(
      ledger,
      epoch,
      Math.max(base.height, ledger.baseHeight()) + 1,
      head.height,
    );
    const end = height === undefined ? undefined : await ledger.read(height);
    if (height === undefined || end?.header.endsEpoch !== true)
      throw new NodeError("HOME_DAMAGED", `the log holds no end of epoch ${epoch}: move it away`);
    epochs.enter(endOf(suite, end.block));
  }
  return epochs;
};
