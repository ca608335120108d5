import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { issueClient } from "@dure/radiostation";

/** The clients of a devnet and their roles. An admin may mint tokens. */
export const CLIENTS = { alice: "client", bob: "client", admin: "admin" } as const;

/**
 * A transaction's sender is the hash of its certificate, so balances belong to one certificate: these live as long as
 * a devnet could.
 */
const LIFE_MS = 10 * 365 * 24 * 3_600_000;

/** The directory of a client's identity in a devnet's home. */
export const clientDirectory = (home: string, name: string): string => join(home, "clients", name);

/** Issues the identities of the devnet's clients that do not exist yet. */
export const issueClients = async (home: string): Promise<void> => {
  for (const [name, role] of Object.entries(CLIENTS)) {
    const directory = clientDirectory(home, name);
    if (existsSync(join(directory, "certificate.pem"))) continue;
    // The certificate is written last: without it, the rest is of an attempt that was cut short, and nobody used it.
    await rm(directory, { recursive: true, force: true });
    await issueClient(join(home, "radiostation"), { name, roles: [role], directory, lifeMs: LIFE_MS });
  }
};
