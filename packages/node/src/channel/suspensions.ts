import type { CryptoSuite } from "@dure/crypto";
import type { Ledger } from "@dure/ledger";
import {
  judgeAt,
  judgeSuspension,
  type Refusal,
  readSuspension,
  type Speaker,
  type Suspension,
  type SuspensionDocument,
} from "@dure/membership";
import { type GetText, STORE, suspensionsIn } from "@dure/score-store";
import type { Hash, Header } from "@dure/types";
import type { Logger } from "pino";
import { NodeError } from "../error.ts";
import type { Epochs } from "./epochs.ts";
import type { Identities } from "./identities.ts";
import { keepSuspension, keptSuspensions } from "./kept-suspensions.ts";

/** The suspensions that this peer was given and has not come to yet, or has applied (specs/score-store.md). */
export type Suspensions = {
  /** All of them, whether they count or not: that is judged at their height. */
  readonly list: () => readonly Suspension[];
  /** Those that begin with a block. Throws NodeError `SUSPENSION_REFUSED` where its epoch does not approve one. */
  readonly beginning: (header: Pick<Header, "height" | "epoch" | "timestampMs">) => readonly Suspension[];
};

export type SuspensionsOptions = {
  readonly suite: CryptoSuite;
  /** The peer's home. */
  readonly home: string;
  readonly channelId: Hash;
  readonly epochs: Pick<Epochs, "current" | "identitiesOf">;
  readonly ledger: Pick<Ledger, "read" | "executedHeight">;
  /** Reads the state after the last height executed. */
  readonly get: GetText;
  readonly logger: Logger;
};

/** By what approvals are judged: an epoch, and the time of a block of it. */
type Moment = Pick<Header, "epoch" | "timestampMs">;

const speakerOf = (identities: Identities, certificate: Uint8Array, atMs: number): Speaker | Refusal => {
  const { judged } = identities.learn(certificate);
  if (!judged.ok) return judged;
  const { issued } = judged;
  // Who approves after the block was made may have renewed the certificate since; who approves before must hold one
  // that lasts until then. So a document counts or not for whoever comes to its block, however late.
  const verdict = judgeAt(identities.config, issued, Math.max(atMs, issued.notBeforeMs));
  return verdict.ok ? issued.identity : verdict;
};

const judge = (
  { suite, channelId, epochs }: SuspensionsOptions,
  document: SuspensionDocument,
  { epoch, timestampMs }: Moment,
): ReturnType<typeof judgeSuspension> => {
  const identities = epochs.identitiesOf(epoch);
  return judgeSuspension(
    {
      suite,
      channelId,
      organisations: identities.config.organisations,
      speakerOf: (certificate) => speakerOf(identities, certificate, timestampMs),
    },
    document,
  );
};

const refused = ({ score, height }: Suspension, why: string): NodeError =>
  new NodeError("SUSPENSION_REFUSED", `the suspension of ${score} from block ${height} is refused: ${why}`);

/** The same where it says of itself that it is of another channel, or of what cannot be suspended. */
const checkChannel = ({ channelId }: SuspensionsOptions, { suspension }: SuspensionDocument): void => {
  if (suspension.channel !== channelId)
    throw refused(suspension, `it is of channel ${suspension.channel}, and this peer is in ${channelId}`);
  if (suspension.score === STORE)
    throw refused(suspension, "without the SCORE store, nothing could take a suspended SCORE's place");
};

/** What was executed stays: a block that was must have been executed under the suspension. */
const checkExecuted = ({ get }: SuspensionsOptions, { score, height, reason }: Suspension): void => {
  const isRecorded = suspensionsIn(get).some(
    (record) => record.score === score && record.height === height && record.reason === reason,
  );
  if (isRecorded) return;
  throw new NodeError(
    "SUSPENSION_LATE",
    `block ${height} was executed here already, and without the suspension of ${score}: remove the folder "state" from the channel's directory, and this peer executes its blocks again; or start in an empty home, or with a snapshot from before block ${height}. To go on without the suspension, leave it out, and remove it from the folder "suspensions" of the home`,
  );
};

const check = async (options: SuspensionsOptions, document: SuspensionDocument): Promise<void> => {
  const { epochs, ledger, logger } = options;
  const { suspension } = document;
  const { score, height } = suspension;
  checkChannel(options, document);
  if (height <= ledger.executedHeight()) return checkExecuted(options, suspension);
  const block = await ledger.read(height);
  const verdict = judge(
    options,
    document,
    block?.header ?? { epoch: epochs.current.epoch, timestampMs: epochs.current.base.timestampMs },
  );
  if (verdict.ok) return;
  if (block !== undefined) throw refused(suspension, verdict.message);
  // The channel may come to another configuration until then, which this peer does not know yet.
  logger.error(
    { score, height, reason: verdict.message },
    "a suspension would not count in this epoch: it is judged again at its block",
  );
};

const read = (text: string): SuspensionDocument => {
  const answer = readSuspension(text);
  if (answer.ok) return answer.document;
  throw new NodeError("SUSPENSION_MALFORMED", `the suspension that was given is refused: ${answer.message}`);
};

/**
 * Opens what the home keeps, takes what is given beside it, and keeps that as well. Throws NodeError
 * `SUSPENSION_MALFORMED`, `SUSPENSION_REFUSED`, `SUSPENSION_LATE` or `HOME_DAMAGED`; nothing more is kept then.
 */
export const openSuspensions = async (
  options: SuspensionsOptions,
  given: readonly string[],
): Promise<Suspensions> => {
  const { home, channelId, ledger } = options;
  const documents = await keptSuspensions(home, channelId);
  const added: SuspensionDocument[] = [];
  for (const document of given.map(read)) {
    const { score, height, reason } = document.suspension;
    const at = documents.findIndex(({ suspension: of }) => of.score === score && of.height === height);
    const known = documents[at]?.suspension;
    if (known !== undefined && known.reason !== reason)
      throw refused(document.suspension, `another is known here, whose reason is "${known.reason}"`);
    // What has been applied stays as it is; before that, one that is given again may have more approvals.
    if (known !== undefined && height <= ledger.executedHeight()) continue;
    documents.splice(at < 0 ? documents.length : at, 1, document);
    added.push(document);
  }
  for (const document of documents) await check(options, document);
  for (const document of added) await keepSuspension(home, channelId, document);
  return {
    list: () => documents.map(({ suspension }) => suspension),
    beginning: (header) =>
      documents
        .filter(({ suspension }) => suspension.height === header.height)
        .map((document) => {
          const verdict = judge(options, document, header);
          if (!verdict.ok)
            throw refused(
              document.suspension,
              `${verdict.message}. Start again with one that is approved, or remove it from the folder "suspensions" of the home`,
            );
          return document.suspension;
        })
        .sort((one, other) => (one.score < other.score ? -1 : 1)),
  };
};
