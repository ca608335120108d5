import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@dure/crypto";
import { type Hash, toHex } from "@dure/types";
import { NodeError } from "../error.ts";
import { keepFile } from "./keep-file.ts";

/**
 * Whether a consensus key of this home has its record in a channel, kept apart from the channel's own directory: when
 * that directory is lost or its journal is damaged, a new record must not look like the first (lft.md rule 13). One
 * mark a key: a key that replaces a lost one has signed nothing, and starts anew.
 */
export type VoterMark = "recorded" | "lost";

const pathOf = (home: string, channelId: Hash, publicKey: Bytes): string =>
  join(home, "voters", `${channelId}-${toHex(publicKey)}`);

/** The mark of a key; undefined if it never took part from this home. */
export const readVoterMark = async (
  home: string,
  channelId: Hash,
  publicKey: Bytes,
): Promise<VoterMark | undefined> => {
  const path = pathOf(home, channelId, publicKey);
  let text: string;
  try {
    text = (await readFile(path, "utf8")).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (text === "recorded" || text === "lost") return text;
  throw new NodeError(
    "HOME_DAMAGED",
    `${path} says neither "recorded" nor "lost": restore it from a backup of this home, or write "lost" into it, and this peer follows without voting`,
  );
};

/**
 * Whether a key may vote from this home, told right after its ledger was opened and before anything is signed. `was`:
 * the key's mark before the ledger was opened. `isRecordThere`: the journal gave a record, and the channel's directory
 * was not made by that open unless the key is new. False from the day on which a recorded key's record was found
 * missing, until the key is replaced.
 */
export const mayVoteFrom = async (
  home: string,
  channelId: Hash,
  publicKey: Bytes,
  found: { readonly was: VoterMark | undefined; readonly isRecordThere: boolean },
): Promise<boolean> => {
  if (found.was === "lost") return false;
  const next: VoterMark = found.isRecordThere ? "recorded" : "lost";
  if (found.was !== next) await keepFile(home, pathOf(home, channelId, publicKey), `${next}\n`);
  return next === "recorded";
};
