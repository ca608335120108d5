import { createSodiumSuite } from "@dure/crypto/sodium";
import { DEFAULTS, type GenesisDocument } from "./index.ts";

export const suite = createSodiumSuite();

/** Self-signed Ed25519 roots of acme and globex: the vectors need bytes that do not change. */
const ACME_ROOT =
  "MIIBQDCB86ADAgECAhBeTaaFaBZLSJrWYvjGgfNBMAUGAytlcDAeMQ0wCwYDVQQDEwRyb290MQ0wCwYDVQQKEwRhY21lMCAXDTIzMTExNDIyMTMyMFoYDzIwNTUwNzI0MDAwMDAwWjAeMQ0wCwYDVQQDEwRyb290MQ0wCwYDVQQKEwRhY21lMCowBQYDK2VwAyEAFWpvgXMqSSTxixkNshAmChAxh9RWWbUd/31lvyBVZY6jRTBDMBIGA1UdEwEB/wQIMAYBAf8CAQAwDgYDVR0PAQH/BAQDAgEGMB0GA1UdDgQWBBQzTfif8+nhCIizS1ig6vRArdWzLDAFBgMrZXADQQDrVHmnN6R0A7TmAnueQKaDuAijqYlhHINPyGmAA1X3ntiKJdf0DYW7PjnFR7DTnj6tBNjBjOOSIO7mY59B72AC";
const GLOBEX_ROOT =
  "MIIBRDCB96ADAgECAhBRnemrOnsPO6ky2fzMTgAyMAUGAytlcDAgMQ0wCwYDVQQDEwRyb290MQ8wDQYDVQQKEwZnbG9iZXgwIBcNMjMxMTE0MjIxMzIwWhgPMjA1NTA3MjQwMDAwMDBaMCAxDTALBgNVBAMTBHJvb3QxDzANBgNVBAoTBmdsb2JleDAqMAUGAytlcAMhAGCDbJMhJmh/e2HT96yALmwNQm33puVDTYMhtCGLqye8o0UwQzASBgNVHRMBAf8ECDAGAQH/AgEAMA4GA1UdDwEB/wQEAwIBBjAdBgNVHQ4EFgQUcQVVhhEeTeEORSJb5pW/1VtZfZIwBQYDK2VwA0EAcDU6NXh2XdtEkLgr9j2D1O8YA9MO2nlOWc4zSKrepBruIVYBvUeHcmYpfeN6Qdv0bZkPzCSIdLeJ7ap8A/2yDA==";

/** The least document: one organisation, one validator, nothing optional. */
export const LEAST: GenesisDocument = {
  ...DEFAULTS,
  format: "dure/genesis/1",
  name: "devnet",
  timestampMs: 1_700_000_000_000,
  organisations: [{ name: "acme", root: ACME_ROOT }],
  validators: [{ id: "peer0.acme", publicKey: "11".repeat(32), weight: 1 }],
  followers: [],
  revoked: [],
  scores: [],
  defaultScore: "",
};

/** A consortium that uses every field. */
export const FULL: GenesisDocument = {
  ...LEAST,
  name: "trade",
  organisations: [
    { name: "acme", root: ACME_ROOT },
    { name: "globex", root: GLOBEX_ROOT },
  ],
  validators: [
    { id: "peer0.acme", publicKey: "11".repeat(32), weight: 2 },
    { id: "peer0.globex", publicKey: "22".repeat(32), weight: 1 },
    { id: "peer1.globex", publicKey: "33".repeat(32), weight: 1 },
  ],
  followers: ["audit.acme"],
  policies: { submitRoles: ["client"], peerSubmits: true },
  consensus: { ...DEFAULTS.consensus, spinInterval: 3 },
  revoked: [{ organisation: "globex", serial: "519de9ab3a7b0f3ba932d9fccc4e0032" }],
  scores: [
    { name: "agreement", version: "1.0.0", source: 'export const 두레 = "line\\u0000\\n";\n' },
    { name: "token", version: "0.12.3", source: "export {};\n" },
  ],
  defaultScore: "token",
};

/** A mutable copy of a document, to break. */
export const broken = (change: (document: GenesisDocument) => void, of = FULL): GenesisDocument => {
  const copy = structuredClone(of);
  change(copy);
  return copy;
};
