import { z } from "zod";
import { flawOf } from "./genesis-relations.ts";
import {
  Consensus,
  Follower,
  type GenesisDocument,
  GenesisSchema,
  Group,
  list,
  Name,
  Organisation,
  PeerId,
  Policies,
  Revoked,
  Validator,
} from "./genesis-schema.ts";

/** What a configuration transaction changes (specs/configuration.md). Unknown fields are refused everywhere. */

const some = <T extends z.ZodType>(item: T) => list(item, 1, 1024).optional();

export const ChangeSchema = z.strictObject({
  /** The epoch that it opens: one above the current one, so that a change made for another state is refused. */
  epoch: z.int().min(2),
  organisations: z.strictObject({ add: some(Organisation), remove: some(Name) }).optional(),
  /** `set`: one with a known id is replaced where it stands, others are added at the end. */
  validators: z.strictObject({ set: some(Validator), remove: some(PeerId) }).optional(),
  followers: z.strictObject({ add: some(Follower), remove: some(PeerId) }).optional(),
  /** The whole list; empty: quorums are flat. */
  groups: list(Group, 0, 256).optional(),
  revoke: some(Revoked),
  policies: Policies.partial().optional(),
  consensus: Consensus.partial().optional(),
});

/** A change of a channel's configuration. */
export type ConfigurationChange = z.infer<typeof ChangeSchema>;

/** The document after a change, or why it cannot be made, in a sentence. */
export type Changed =
  | { readonly ok: true; readonly document: GenesisDocument }
  | { readonly ok: false; readonly message: string };

type Lists = Pick<GenesisDocument, "organisations" | "validators" | "followers">;

/** The first thing to remove that is not there. */
const absent = (
  change: ConfigurationChange,
  { organisations, validators, followers }: Lists,
): string | undefined => {
  const missing = <T>(
    remove: readonly string[] | undefined,
    there: readonly T[],
    nameOf: (item: T) => string,
  ) => remove?.find((name) => !there.some((item) => nameOf(item) === name));
  return (
    missing(change.organisations?.remove, organisations, ({ name }) => name) ??
    missing(change.validators?.remove, validators, ({ id }) => id) ??
    missing(change.followers?.remove, followers, (id) => id)
  );
};

const changedValidators = (
  validators: GenesisDocument["validators"],
  { set = [], remove = [] }: NonNullable<ConfigurationChange["validators"]>,
): GenesisDocument["validators"] => {
  const kept = validators.filter(({ id }) => !remove.includes(id));
  const replaced = kept.map((validator) => set.find(({ id }) => id === validator.id) ?? validator);
  return [...replaced, ...set.filter(({ id }) => !kept.some((validator) => validator.id === id))];
};

const without = <T>(items: readonly T[], remove: readonly T[] = []): T[] =>
  items.filter((item) => !remove.includes(item));

/**
 * A channel's document as a change leaves it: what a genesis with these words would be, checked as one. A pure function
 * of both, so that every peer and every verifier of proofs comes to the same.
 */
export const applyChange = (document: GenesisDocument, change: ConfigurationChange): Changed => {
  const missing = absent(change, document);
  if (missing !== undefined) return { ok: false, message: `${missing} is not there to be removed` };
  const { organisations, validators, followers, groups, policies, consensus } = change;
  const next = {
    ...document,
    organisations: [
      ...document.organisations.filter(({ name }) => organisations?.remove?.includes(name) !== true),
      ...(organisations?.add ?? []),
    ],
    validators: changedValidators(document.validators, validators ?? {}),
    followers: [...without(document.followers, followers?.remove), ...(followers?.add ?? [])],
    ...(groups === undefined ? {} : { groups }),
    // What an organisation that leaves had revoked concerns nobody any more.
    revoked: [
      ...document.revoked.filter(
        ({ organisation }) => organisations?.remove?.includes(organisation) !== true,
      ),
      ...(change.revoke ?? []),
    ],
    policies: { ...document.policies, ...policies },
    consensus: { ...document.consensus, ...consensus },
  };
  const parsed = GenesisSchema.safeParse(next);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      ok: false,
      message: `${issue?.path.join(".") ?? "it"}: ${issue?.message ?? "not as the schema says"}`,
    };
  }
  const flaw = flawOf(parsed.data);
  return flaw === undefined ? { ok: true, document: parsed.data } : { ok: false, message: flaw };
};
