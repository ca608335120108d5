/** Revoked certificates. Looked up for every transaction of every block, so never searched. */
export type Revocations = {
  /** Whether the organisation's certificate of this serial number (hex of its bytes) is revoked. */
  readonly has: (organisation: string, serial: string) => boolean;
};

/** The revocations of a list of organisations and serial numbers. */
export const revocationsOf = (
  entries: readonly { readonly organisation: string; readonly serial: string }[],
): Revocations => {
  const byOrganisation = new Map<string, Set<string>>();
  for (const { organisation, serial } of entries)
    byOrganisation.set(organisation, (byOrganisation.get(organisation) ?? new Set()).add(serial));
  return { has: (organisation, serial) => byOrganisation.get(organisation)?.has(serial) === true };
};
