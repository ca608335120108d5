/**
 * Who takes part in a channel and what they may do, as rules.
 *
 * Owns: the genesis document (specs/genesis.md), the channel's configuration, the judgement of certificates, roles,
 * membership, and what administrators approve.
 * Guarantees: pure; the same certificate at the same time gets the same answer on every peer; a document has one text
 * and one channel id, and whatever text is read is answered, never thrown at.
 * Leaves to others: reading X.509 (crypto), where certificates come from (radiostation), what SCOREs allow (score).
 */
export type { Approval, Speaker } from "./approval.ts";
export type { Changed, ConfigurationChange } from "./change.ts";
export {
  changeStatement,
  configurationPayload,
  formatChange,
  isConfiguration,
  judgeConfiguration,
  readChange,
  readConfiguration,
} from "./configuration.ts";
export { changeEpoch, type Epoch, FIRST_EPOCH, firstEpoch, nextEpoch } from "./epoch.ts";
export {
  type ChannelConfig,
  channelIdOf,
  formatGenesis,
  type ParsedGenesis,
  parseGenesis,
} from "./genesis.ts";
export { CONFIGURATION_SCORE, DEFAULTS, type GenesisDocument, GenesisSchema } from "./genesis-schema.ts";
export {
  type CertificateFacts,
  type Identity,
  type IssuedIdentity,
  isMember,
  judgeAt,
  judgeIssue,
  mayJoin,
  maySubmit,
  type Refusal,
  type Verdict,
} from "./identity.ts";
export type { Revocations } from "./revocations.ts";
export {
  formatSuspension,
  judgeSuspension,
  judgeSuspensionDraft,
  makeSuspension,
  readSuspension,
  type Suspension,
  type SuspensionDocument,
  type SuspensionRules,
  suspensionStatement,
} from "./suspension.ts";
