import { decodeJson, encodeJson } from "@dure/score";
import type { VersionName } from "./records.ts";
import { activeVersion, type DueActivation, type GetText } from "./registry.ts";

/**
 * SCOREs that are suspended (specs/score-store.md): what the state records of that, and what follows for a block. It is
 * the host's own record, under a name that no SCORE may have, so that no contract can write there.
 */

/** Where the record stands in the state. */
export const SUSPENSIONS_KEY = "configuration\0suspensions";

/** A SCORE that is to be suspended from a block on. */
export type SuspensionNotice = { readonly score: string; readonly height: number; readonly reason: string };

/** A suspension that began. */
export type SuspensionRecord = SuspensionNotice & {
  /** The version that runs no more: the one that would have run in the first block. Null if none would. */
  readonly version: VersionName | null;
  /** The block in which another version took its place; null while it lasts. */
  readonly until: number | null;
};

/** Every suspension that began, in the order in which they did. */
export const suspensionsIn = (get: GetText): readonly SuspensionRecord[] => {
  const text = get(SUSPENSIONS_KEY);
  return text === undefined ? [] : (decodeJson(text) as unknown as readonly SuspensionRecord[]);
};

/** The text that the state records them by. */
export const suspensionsText = (records: readonly SuspensionRecord[]): string => encodeJson(records);

/** Those that last: one of each SCORE, the newest. */
export const lastingSuspensions = (records: readonly SuspensionRecord[]): readonly SuspensionRecord[] => [
  ...new Map(records.filter(({ until }) => until === null).map((each) => [each.score, each])).values(),
];

/** What everything that would run a suspended SCORE is answered with. */
export const suspendedMessage = ({ score, height }: SuspensionNotice): string =>
  `SCORE ${score} is suspended from block ${height} by its administrators`;

const isSame = (one: VersionName, other: VersionName): boolean =>
  one.version === other.version && one.hash === other.hash;

/** The version that runs in a block, or that this block was to begin with. */
const versionAt = (
  get: GetText,
  activations: readonly DueActivation[],
  score: string,
): VersionName | null => {
  const due = activations.find((activation) => activation.score === score && activation.action !== "disable");
  return due === undefined ? activeVersion(get, score) : { version: due.version, hash: due.hash };
};

/** The records as a block finds them, with the suspensions that begin with it. */
export const withBegun = (
  get: GetText,
  notices: readonly SuspensionNotice[],
  activations: readonly DueActivation[],
): readonly SuspensionRecord[] => [
  ...suspensionsIn(get),
  ...notices.map(({ score, height, reason }) => ({
    ...{ score, height, reason },
    version: versionAt(get, activations, score),
    until: null,
  })),
];

/**
 * Why a block does not carry out an activation, "" if it does: it would run a version that is suspended, or is due in the
 * very block from which the SCORE is. To disable runs nothing.
 */
export const activationRefusal = (
  records: readonly SuspensionRecord[],
  { score, version, hash, action, runsLeft }: DueActivation,
  height: number,
): string => {
  if (action === "disable") return "";
  const refusing = records.filter(
    (record) =>
      record.score === score &&
      record.until === null &&
      (record.height === height ||
        runsLeft ||
        (record.version !== null && isSame(record.version, { version, hash }))),
  );
  const newest = refusing.at(-1);
  return newest === undefined ? "" : suspendedMessage(newest);
};

/** The records after a block: what it put in the place of a suspended version ended the suspension. */
export const withEnded = (
  records: readonly SuspensionRecord[],
  replaced: readonly string[],
  height: number,
): readonly SuspensionRecord[] =>
  records.map((record) =>
    record.until === null && replaced.includes(record.score) ? { ...record, until: height } : record,
  );
