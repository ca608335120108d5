import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { issueClient } from "@dure/radiostation";
import { CLIENTS, clientDirectory } from "../home/client-directory.ts";

/** Nobody renews a client's certificate for it: these outlive any devnet. */
const LIFE_MS = 10 * 365 * 24 * 3_600_000;

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
