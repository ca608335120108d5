import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { CryptoSuite } from "@dure/crypto";
import { type ChannelConfig, parseGenesis } from "@dure/membership";
import { readIfPresent, writeAtomically } from "../atomic-file.ts";
import { CliError } from "../error.ts";
import type { PeerSettings } from "./settings.ts";

/** The genesis document that this peer believes, and what it says. */
export type TrustAnchor = {
  readonly text: string;
  readonly config: ChannelConfig;
  readonly channelId: string;
};

const judge = (suite: CryptoSuite, text: string, source: string, { channel }: PeerSettings): TrustAnchor => {
  const parsed = parseGenesis(suite, text);
  if (!parsed.ok)
    throw new CliError("GENESIS_REFUSED", `${source} is refused: ${parsed.message}. Get the document anew`);
  const { config, channelId } = parsed;
  if (config.name !== channel)
    throw new CliError(
      "GENESIS_REFUSED",
      `${source} is that of channel ${config.name}, not ${channel}: give the right --channel, or another --home`,
    );
  return { text, config, channelId };
};

const fileOf = (home: string): string => join(home, "genesis.json");

const readGiven = async (path: string): Promise<string> => {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new CliError("GENESIS_MISSING", `${path} cannot be read: name the genesis document's file`, {
      cause,
    });
  }
};

/**
 * The trust anchor of a home, from its `genesis.json`, or from the file given by hand at first start. Undefined if
 * there is neither. What is stored is never replaced.
 *
 * @throws CliError `GENESIS_REFUSED`, `GENESIS_MISSING` or `GENESIS_CONFLICT`.
 */
export const openTrustAnchor = async (
  settings: PeerSettings,
  suite: CryptoSuite,
): Promise<TrustAnchor | undefined> => {
  const path = fileOf(settings.home);
  const stored = await readIfPresent(path);
  const given = settings.genesis === undefined ? undefined : await readGiven(settings.genesis);
  if (stored !== undefined && given !== undefined && stored !== given)
    throw new CliError(
      "GENESIS_CONFLICT",
      `${settings.genesis} is not the genesis that ${path} holds: give the same one, or another --home`,
    );
  if (stored !== undefined) return judge(suite, stored, path, settings);
  return given === undefined ? undefined : storeTrustAnchor(settings, given, suite);
};

/**
 * Takes a genesis document as this home's trust anchor, from now on for good. Returns it once it is on disk.
 *
 * @throws CliError `GENESIS_REFUSED`; nothing is stored then.
 */
export const storeTrustAnchor = async (
  settings: PeerSettings,
  text: string,
  suite: CryptoSuite,
): Promise<TrustAnchor> => {
  const anchor = judge(suite, text, settings.genesis ?? "the RadioStation's genesis document", settings);
  await writeAtomically(fileOf(settings.home), text);
  return anchor;
};
