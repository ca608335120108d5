import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes } from "@dure/crypto";
import { equalBytes, fromHex, type Hash, parseHash, toHex } from "@dure/types";
import { parseSegmentFile } from "../blocks/segment-name.ts";
import type { Disk } from "../disk/disk.ts";
import { LedgerError, systemCode } from "../error.ts";
import { hasJournal } from "../journal/journal.ts";

/** Whose home a directory is. */
export type HomeOwner = {
  readonly channelId: Hash;
  /** The consensus key that votes from here; undefined for a node that only follows. */
  readonly publicKey: Bytes | undefined;
};

const FORMAT = 1;
const HOME_FILE = "home.json";
const GENESIS_FILE = "genesis.json";
export const BLOCKS_DIRECTORY = "blocks";

/** The directory of a channel in a peer's home. */
export const channelDirectory = (home: string, channelId: Hash): string => join(home, "channels", channelId);

const readIfThere = async (path: string): Promise<Buffer | undefined> => {
  try {
    return await readFile(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new LedgerError("DAMAGED", `cannot read ${path}: check its permissions and the disk`, error);
  }
};

const foreign = (directory: string, what: string): LedgerError =>
  new LedgerError(
    "FOREIGN_HOME",
    `${directory} is of another ${what}: name the right home, or an empty one. Nothing was changed`,
  );

const damaged = (directory: string, what: string): LedgerError =>
  new LedgerError(
    "DAMAGED",
    `${directory} ${what}: restore it from a backup, or move it away and synchronise anew`,
  );

/** What `home.json` says; undefined if it is unreadable. */
export const decodeHome = (bytes: Buffer): { format: number; owner: HomeOwner | undefined } | undefined => {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof value !== "object" || value === null || !("format" in value)) return undefined;
    const { format } = value;
    if (typeof format !== "number") return undefined;
    if (format !== FORMAT) return { format, owner: undefined };
    if (!("channelId" in value) || !("publicKey" in value) || typeof value.channelId !== "string")
      return undefined;
    const channelId = parseHash(value.channelId);
    const publicKey = typeof value.publicKey === "string" ? fromHex(value.publicKey, 32) : undefined;
    if (channelId === undefined || (publicKey === undefined && value.publicKey !== null)) return undefined;
    return { format, owner: { channelId, publicKey } };
  } catch {
    return undefined;
  }
};

/** The text of `home.json`. */
export const encodeHome = ({ channelId, publicKey }: HomeOwner): string =>
  `${JSON.stringify({ format: FORMAT, channelId, publicKey: publicKey === undefined ? null : toHex(publicKey) })}\n`;

const isSameKey = (a: Bytes | undefined, b: Bytes | undefined): boolean =>
  a === undefined || b === undefined ? a === b : equalBytes(a, b);

const hasBlocks = async (directory: string): Promise<boolean> => {
  try {
    const files = await readdir(join(directory, BLOCKS_DIRECTORY));
    return files.some((file) => parseSegmentFile(file) !== undefined);
  } catch {
    return false;
  }
};

/**
 * Whether a directory is an existing home of this owner and genesis, or a new one, which is not made yet. A home is
 * made in this order: genesis, journal, `home.json`; so what lacks only the last was never used. With `mayTakeOver` a
 * home of another consensus key is one to take over. Throws LedgerError
 * `FOREIGN_HOME` or `DAMAGED`, and changes nothing.
 */
export const judgeHome = async (
  directory: string,
  owner: HomeOwner,
  genesis: Bytes,
  isJournalPristine: () => Promise<boolean>,
  mayTakeOver = false,
): Promise<"existing" | "new" | "taken over"> => {
  const home = await readIfThere(join(directory, HOME_FILE));
  const stored = await readIfThere(join(directory, GENESIS_FILE));
  if (home === undefined) {
    const isUsed =
      (await hasBlocks(directory)) || ((await hasJournal(directory)) && !(await isJournalPristine()));
    if (isUsed) throw damaged(directory, `holds data but no ${HOME_FILE}`);
    if (stored !== undefined && !equalBytes(stored, genesis)) throw foreign(directory, "channel's genesis");
    return "new";
  }
  const found = decodeHome(home);
  if (found === undefined) throw damaged(directory, `has an unreadable ${HOME_FILE}`);
  if (found.owner === undefined) throw foreign(directory, `format (${found.format}, not ${FORMAT})`);
  if (found.owner.channelId !== owner.channelId) throw foreign(directory, "channel");
  const isOurs = isSameKey(found.owner.publicKey, owner.publicKey);
  if (!isOurs && !mayTakeOver) throw foreign(directory, "consensus key");
  if (stored === undefined) throw damaged(directory, `has lost its ${GENESIS_FILE}`);
  if (!equalBytes(stored, genesis)) throw foreign(directory, "genesis");
  return isOurs ? "existing" : "taken over";
};

/** Writes the genesis document: the first step of making a home. */
export const writeGenesis = (directory: string, genesis: Bytes, disk: Disk): Promise<void> =>
  disk.replace(join(directory, GENESIS_FILE), [genesis]);

/** Writes `home.json`: the last step of making a home. */
export const writeHome = (directory: string, owner: HomeOwner, disk: Disk): Promise<void> =>
  disk.replace(join(directory, HOME_FILE), [Buffer.from(encodeHome(owner))]);
