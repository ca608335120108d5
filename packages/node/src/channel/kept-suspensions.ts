import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { formatSuspension, readSuspension, type SuspensionDocument } from "@dure/membership";
import type { Hash } from "@dure/types";
import { NodeError } from "../error.ts";
import { keepFile } from "./keep-file.ts";

/**
 * The suspensions that a peer was given, one file each, apart from the channel's own directory: who executes the channel
 * anew from the genesis needs them again.
 */
const directoryOf = (home: string, channelId: Hash): string => join(home, "suspensions", channelId);

const readKept = async (path: string): Promise<SuspensionDocument> => {
  const answer = readSuspension(await readFile(path, "utf8"));
  if (answer.ok) return answer.document;
  throw new NodeError(
    "HOME_DAMAGED",
    `${path} holds no suspension (${answer.message}): restore it, or remove it and give the suspension again`,
  );
};

/** What a home keeps for a channel. Throws NodeError `HOME_DAMAGED`. */
export const keptSuspensions = async (home: string, channelId: Hash): Promise<SuspensionDocument[]> => {
  const directory = directoryOf(home, channelId);
  const names = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  // A draft is what a crash left of one that was never kept.
  const whole = names.filter((name) => name.endsWith(".json")).sort();
  return Promise.all(whole.map((name) => readKept(join(directory, name))));
};

/** Keeps a suspension from now on; resolves once it is synced. */
export const keepSuspension = async (
  home: string,
  channelId: Hash,
  document: SuspensionDocument,
): Promise<void> => {
  const { score, height } = document.suspension;
  const path = join(directoryOf(home, channelId), `${height}-${score}.json`);
  await keepFile(home, path, formatSuspension(document));
};
