import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import type { Hash } from "@dure/types";
import { NodeError } from "../error.ts";

/**
 * Whether this home's consensus key has a record in a channel, kept apart from the channel's own directory: when that
 * directory is lost, a new one must not look like the first (lft.md rule 13).
 */
type Mark = "recorded" | "lost";

const readMark = async (path: string): Promise<Mark | undefined> => {
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

const writeMark = async (directory: string, path: string, mark: Mark): Promise<void> => {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.tmp`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(`${mark}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
};

/**
 * Whether this home may vote in a channel, told right after its ledger was opened and before anything is signed.
 * `created`: the channel's directory was made by that open. False from the day on which a recorded channel's directory
 * was found missing, until the key is replaced.
 */
export const mayVoteFrom = async (home: string, channelId: Hash, created: boolean): Promise<boolean> => {
  const directory = join(home, "voters");
  const path = join(directory, channelId);
  const mark = await readMark(path);
  if (mark === "lost") return false;
  const next: Mark = created && mark === "recorded" ? "lost" : "recorded";
  if (mark !== next) await writeMark(directory, path, next);
  return next === "recorded";
};
