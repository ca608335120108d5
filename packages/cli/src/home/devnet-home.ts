import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readIfPresent, writeAtomically } from "../atomic-file.ts";
import { CliError, systemCode } from "../error.ts";

/** What a devnet was founded with. All but `portOffset` is in its genesis and cannot change. */
export type DevnetSettings = {
  readonly peers: number;
  readonly portOffset: number;
  /** Milliseconds; undefined for the channel's default. */
  readonly blockIntervalMs?: number;
  /** How many blocks a leader makes before the next one's turn; undefined for the default. */
  readonly spinInterval?: number;
  /** The consensus engine; undefined for LFT. */
  readonly engine?: "lft" | "ibft";
};

/** What stands at a path that should be a devnet's home. */
export type Found =
  | { readonly state: "new" }
  | { readonly state: "devnet"; readonly settings: DevnetSettings };

const MARKER = "devnet.json";
const KIND = "dure/devnet";
const VERSION = 1;

/** Directories and files of a devnet's home besides its marker; `--reset` knows no others. */
const OWN = /^(found\.json|genesis\.json|radiostation|peer\d{1,2}|clients|logs)$/;
/** Locks and drafts of files that come and go, and what desktops leave in every folder. */
const FLEETING = /^(lock\.[0-9a-f]{8}\.sock|.*\.tmp|\.DS_Store|lost\+found)$/;

/** True for an entry that belongs in a devnet's home. */
export const isOwnEntry = (name: string): boolean => name === MARKER || OWN.test(name) || FLEETING.test(name);

/** The path of a devnet home's marker file. */
export const markerOf = (home: string): string => join(home, MARKER);

const damaged = (home: string, cause?: unknown): CliError =>
  new CliError(
    "HOME_DAMAGED",
    `${markerOf(home)} is damaged: restore it from a backup, or move ${home} away and start anew`,
    { cause },
  );

const isCount = (value: unknown, least: number): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= least;

const settingsOf = (value: Readonly<Record<string, unknown>>): DevnetSettings | undefined => {
  const { peers, portOffset, blockIntervalMs, spinInterval, engine } = value;
  if (!isCount(peers, 1) || peers > 16 || !isCount(portOffset, 0)) return undefined;
  if (blockIntervalMs !== undefined && !isCount(blockIntervalMs, 0)) return undefined;
  if (spinInterval !== undefined && !isCount(spinInterval, 1)) return undefined;
  if (engine !== undefined && engine !== "lft" && engine !== "ibft") return undefined;
  return {
    peers,
    portOffset,
    ...(blockIntervalMs !== undefined && { blockIntervalMs }),
    ...(spinInterval !== undefined && { spinInterval }),
    ...(engine !== undefined && { engine }),
  };
};

const readMarker = (home: string, text: string): DevnetSettings => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw damaged(home, cause);
  }
  if (typeof value !== "object" || value === null) throw damaged(home);
  const { kind, version, ...rest } = value as Record<string, unknown>;
  if (kind !== KIND)
    throw new CliError("HOME_FOREIGN", `${home} is the home of something else: name another with --home`);
  if (version !== VERSION)
    throw new CliError(
      "HOME_VERSION",
      `${home} was made by another version of dure (format ${String(version)}, not ${VERSION}): use that version, --reset to lose its data, or another --home`,
    );
  const settings = settingsOf(rest);
  if (settings === undefined) throw damaged(home);
  return settings;
};

const entriesOf = async (home: string): Promise<readonly string[]> => {
  try {
    return await readdir(home);
  } catch (cause) {
    if (systemCode(cause) === "ENOENT") return [];
    if (systemCode(cause) === "ENOTDIR")
      throw new CliError("HOME_FOREIGN", `${home} is no directory: name another with --home`, { cause });
    throw new CliError("HOME_UNREADABLE", `${home} cannot be read: check its permissions`, { cause });
  }
};

/**
 * What stands at a path: a devnet's home, or nothing yet. Changes nothing.
 *
 * @throws CliError `HOME_FOREIGN` (a directory with other content), `HOME_DAMAGED`, `HOME_VERSION`, `HOME_UNREADABLE`.
 */
export const inspectHome = async (home: string): Promise<Found> => {
  const entries = (await entriesOf(home)).filter((name) => !FLEETING.test(name));
  if (entries.length === 0) return { state: "new" };
  const text = entries.includes(MARKER) ? await readIfPresent(markerOf(home)) : undefined;
  if (text === undefined)
    throw new CliError(
      "HOME_FOREIGN",
      `${home} is not empty and is no devnet's home: name another with --home, or an empty directory`,
    );
  return { state: "devnet", settings: readMarker(home, text) };
};

/** Marks a directory as a devnet's home, or notes its new settings. */
export const writeMarker = (home: string, settings: DevnetSettings): Promise<void> =>
  writeAtomically(
    markerOf(home),
    `${JSON.stringify({ kind: KIND, version: VERSION, ...settings }, null, 2)}\n`,
  );
