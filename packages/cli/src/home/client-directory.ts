import { join } from "node:path";

/** The clients of a devnet and their roles. An admin may mint tokens. */
export const CLIENTS = { alice: "client", bob: "client", admin: "admin" } as const;

/** The directory of a client's identity in a devnet's home. */
export const clientDirectory = (home: string, name: string): string => join(home, "clients", name);
