import type { Bytes } from "@dure/crypto";
import type { Hash } from "@dure/types";
import { applyChange, type Changed, type ConfigurationChange } from "./change.ts";
import { type ChannelConfig, configOf } from "./genesis.ts";
import type { GenesisDocument } from "./genesis-schema.ts";

/**
 * An epoch: who certifies in it, and from which block on; what the engine runs by and what certificates are judged by.
 * A value: the next epoch is a function of this one and of the change that ended it.
 */
export type Epoch = {
  /** The engine whose messages certify. */
  readonly engine: ChannelConfig["consensus"]["engine"];
  readonly channelId: Hash;
  readonly epoch: number;
  /** The block that the epoch starts from, certified by definition at view 0. */
  readonly base: { readonly blockId: Hash; readonly height: number; readonly timestampMs: number };
  /** A validator's index is its place here. */
  readonly validators: readonly {
    readonly publicKey: Bytes;
    readonly weight: number;
    readonly group?: string | undefined;
  }[];
  /** None: quorums are flat. */
  readonly groups: readonly { readonly name: string; readonly weight: number }[];
  readonly config: ChannelConfig;
  /** The channel's document as the changes so far left it. */
  readonly document: GenesisDocument;
};

/** The epoch that begins with the genesis. */
export const FIRST_EPOCH = 1;

const epochOf = (document: GenesisDocument, channelId: Hash, epoch: number, base: Epoch["base"]): Epoch => {
  const config = configOf(document);
  return {
    engine: document.consensus.engine,
    channelId,
    epoch,
    base,
    validators: config.validators.map(({ publicKey, weight, group }) => ({ publicKey, weight, group })),
    groups: document.groups ?? [],
    config,
    document,
  };
};

/** The first epoch of a channel: its base is the genesis itself, whose id is the channel's. */
export const firstEpoch = (document: GenesisDocument, channelId: Hash): Epoch => {
  const base = { blockId: channelId, height: 0, timestampMs: document.timestampMs };
  return epochOf(document, channelId, FIRST_EPOCH, base);
};

/** What a change would make of an epoch's document. */
export const changeEpoch = ({ document }: Epoch, change: ConfigurationChange): Changed =>
  applyChange(document, change);

/**
 * The epoch after the one that a block ended: `base` is that block, `change` what its transaction says. Undefined if
 * the change does not open the next epoch or cannot be made, which no quorum of honest validators commits.
 */
export const nextEpoch = (
  current: Epoch,
  change: ConfigurationChange,
  base: Epoch["base"],
): Epoch | undefined => {
  const changed = changeEpoch(current, change);
  if (!changed.ok || change.epoch !== current.epoch + 1) return undefined;
  return epochOf(changed.document, current.channelId, change.epoch, base);
};
