import type { EngineConfig } from "@dure/consensus";
import type { Bytes, CryptoSuite } from "@dure/crypto";
import type { Epoch } from "@dure/membership";
import { equalBytes } from "@dure/types";
import type { Logger } from "pino";

/** Who this peer is to the engines: its id, and the 32-byte seed of its consensus key. */
export type EngineSelf = { readonly peerId: string; readonly seed: Bytes };

/**
 * What an epoch's engine runs by on this peer: a validator if the epoch names its id with this very key. With another
 * key it only follows, and says so: it waits to be re-keyed, or its home is not the registered one.
 */
export const engineConfig = (
  suite: CryptoSuite,
  { config, groups, ...epoch }: Epoch,
  { peerId, seed }: EngineSelf,
  logger: Logger,
): EngineConfig => {
  const index = config.validators.findIndex(({ id }) => id === peerId);
  const named = config.validators[index];
  const isOurs = named !== undefined && equalBytes(named.publicKey, suite.publicKeyOf(seed));
  if (named !== undefined && !isOurs)
    logger.error(
      { epoch: epoch.epoch },
      "the channel names another consensus key for this peer: it follows without voting until it is re-keyed",
    );
  const { spinInterval, leaderPolicy, optimistic, lag, ...timing } = config.consensus;
  const { baseMs, capMs, blockIntervalMs, driftMs, resendMs, statusMs } = timing;
  return {
    suite,
    engine: epoch.engine,
    channelId: epoch.channelId,
    epoch: epoch.epoch,
    base: epoch.base,
    validators: epoch.validators,
    groups: groups.length === 0 ? undefined : groups,
    self: isOurs ? { index, seed } : undefined,
    spinInterval,
    leaderPolicy,
    optimistic,
    timing: { baseMs, capMs, blockIntervalMs, driftMs, resendMs, statusMs },
    lag,
  };
};
