import type { Bytes } from "@dure/crypto";
import type { Hash } from "@dure/types";
import type { ChannelConfig } from "./genesis.ts";

/** Who certifies in an epoch, and from which block on: what the engine runs by and what certificates are judged by. */
export type EpochConfig = {
  /** The engine whose messages certify. */
  readonly engine: ChannelConfig["consensus"]["engine"];
  readonly channelId: Hash;
  readonly epoch: number;
  /** The block that the epoch starts from, certified by definition at view 0. */
  readonly base: { readonly blockId: Hash; readonly height: number; readonly timestampMs: number };
  /** A validator's index is its place here. */
  readonly validators: readonly { readonly publicKey: Bytes; readonly weight: number }[];
};

/** The epoch that begins with the genesis. */
export const FIRST_EPOCH = 1;

/**
 * The configuration of an epoch as a genesis leads to it, or undefined where it leads to none. The first epoch is the
 * only one as yet: its base is the genesis itself, whose id is the channel's.
 */
export const epochConfig = (
  config: Pick<ChannelConfig, "timestampMs" | "validators" | "consensus">,
  channelId: Hash,
  epoch: number,
): EpochConfig | undefined =>
  epoch !== FIRST_EPOCH
    ? undefined
    : {
        engine: config.consensus.engine,
        channelId,
        epoch,
        base: { blockId: channelId, height: 0, timestampMs: config.timestampMs },
        validators: config.validators.map(({ publicKey, weight }) => ({ publicKey, weight })),
      };
