/**
 * Cryptography behind one interface.
 *
 * Owns: the `CryptoSuite` interface (SHA-256, Ed25519) and tagged statements, both pure; `@dure/crypto/sodium`, the
 * suite of nodes on libsodium; `@dure/crypto/x509`, certificates.
 * Guarantees: one acceptance rule for signatures everywhere, and no hash or signature without a domain tag.
 * Leaves to others: what is hashed and signed (types) and who may sign (membership).
 */
export { type DomainTag, domainTag, statement, taggedHash, taggedHashHex } from "./statement.ts";
export { type Bytes, type CryptoSuite, HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";
