import { fromBase64 } from "@dure/types";
import { CONFIGURATION_SCORE, type GenesisDocument } from "./genesis-schema.ts";
import { organisationOf } from "./peer-id.ts";

/** Relations between a genesis document's fields (specs/genesis.md): what its schema cannot say. */

/** Room in a batch beside its largest transaction: a certificate of 4 KiB, and the frame of both. */
const BATCH_FRAME_BYTES = 8192;

/** The first value that stands twice. */
const doubled = (values: readonly string[]): string | undefined => {
  const seen = new Set<string>();
  return values.find((value) => seen.size === seen.add(value).size);
};

/** Quorums of groups meet in an honest validator by their arithmetic; each group only has to be one. */
const groupFlawOf = (
  validators: GenesisDocument["validators"],
  groups: NonNullable<GenesisDocument["groups"]>,
): string | undefined => {
  const twice = doubled(groups.map(({ name }) => name));
  if (twice !== undefined) return `the group ${twice} stands twice`;
  const unknown = validators.find(
    ({ group }) => group !== undefined && !groups.some(({ name }) => name === group),
  );
  if (unknown !== undefined) return `the group ${unknown.group} of ${unknown.id} is not among the groups`;
  const empty = groups.find(({ name }) => !validators.some(({ group }) => group === name));
  return empty && `no validator is in the group ${empty.name}`;
};

const memberFlaw = ({
  organisations,
  validators,
  groups = [],
  followers,
  revoked,
}: GenesisDocument): string | undefined => {
  const names = new Set(organisations.map(({ name }) => name));
  const peers = [...validators.map(({ id }) => id), ...followers];
  const twice =
    doubled(organisations.map(({ name }) => name)) ??
    doubled(peers) ??
    doubled(validators.map(({ publicKey }) => publicKey)) ??
    doubled(revoked.map(({ organisation, serial }) => `${serial} of ${organisation}`));
  if (twice !== undefined) return `${twice} stands twice`;
  if (doubled(organisations.map(({ root }) => root)) !== undefined) return "two organisations have one root";
  const rootless = organisations.find(({ root }) => fromBase64(root) === undefined);
  if (rootless !== undefined) return `the root of ${rootless.name} is not base64`;
  const stranger = peers.find((id) => !names.has(organisationOf(id)));
  if (stranger !== undefined) return `${stranger} is of no organisation of the channel`;
  const groupFlaw = groupFlawOf(validators, groups);
  if (groupFlaw !== undefined) return groupFlaw;
  const foreign = revoked.find(({ organisation }) => !names.has(organisation));
  return foreign && `${foreign.serial} is revoked of ${foreign.organisation}, which takes no part`;
};

/** Text that has no UTF-8 could not be hashed, stored or sent. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const scoreFlaw = ({ scores, defaultScore }: GenesisDocument): string | undefined => {
  const twice = doubled(scores.map(({ name }) => name));
  if (twice !== undefined) return `the SCORE ${twice} stands twice`;
  if (scores.some(({ name }) => name === CONFIGURATION_SCORE))
    return `no SCORE may be named ${CONFIGURATION_SCORE}: transactions for it change the configuration`;
  const malformed = scores.find(({ source }) => LONE_SURROGATE.test(source));
  if (malformed !== undefined) return `the source of ${malformed.name} has a lone surrogate`;
  if (defaultScore !== "" && !scores.some(({ name }) => name === defaultScore))
    return `the default SCORE ${JSON.stringify(defaultScore)} does not exist`;
  return undefined;
};

const boundFlaw = ({ policies, limits, consensus }: GenesisDocument): string | undefined => {
  if (doubled(policies.submitRoles) !== undefined) return "a role stands twice";
  if (limits.transactionBytesMax + BATCH_FRAME_BYTES > limits.batchBytesMax)
    return "a batch cannot hold the largest transaction and its certificate";
  if (limits.batchBytesMax > limits.blockBytesMax) return "a block cannot hold the largest batch";
  if (limits.batchTransactionsMax > limits.blockTransactionsMax)
    return "a block cannot hold the fullest batch";
  if (consensus.baseMs > consensus.capMs) return "the timer's base is above its cap";
  if (consensus.blockIntervalMs >= consensus.baseMs)
    return "the block interval is not below the timer's base";
  return undefined;
};

/** Why a document that fits the schema is refused all the same, as a sentence; undefined if its relations hold. */
export const flawOf = (document: GenesisDocument): string | undefined =>
  memberFlaw(document) ?? scoreFlaw(document) ?? boundFlaw(document);
