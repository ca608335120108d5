/**
 * Hashes and signature checks for contracts, in plain JavaScript: the rules of acceptance are those of this package's
 * pinned libraries, and no engine's or system's.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";
import { HostRefusal } from "./effects.ts";
import { unmetered } from "./meter.ts";
import { matches } from "./pristine.ts";

/** What is hashed or signed: a text's UTF-8 form, or bytes in hexadecimal digits. */
type Data = string | { readonly hex: string };

export type CryptoOperations = {
  /** The hash in lower-case hexadecimal digits. */
  sha256(data: Data): string;
  sha512(data: Data): string;
  /**
   * Whether a signature is valid. Ed25519 as in RFC 8032, without its cofactored leniency; p256 and secp256k1: ECDSA over
   * the SHA-256 of the message, r and s in 64 bytes, the public key as in SEC 1. Malformed keys and signatures are invalid.
   */
  verify(scheme: string, publicKey: string, message: Data, signature: string): boolean;
};

const COST = { call: 500, byte: 3, verify: 500_000 } as const;
const HEX = /^(?:[0-9a-f]{2})*$/;

const bytesOf = (data: unknown, what: string): Uint8Array => {
  if (typeof data === "string") return Buffer.from(data, "utf8");
  const hex =
    typeof data === "object" && data !== null
      ? Reflect.getOwnPropertyDescriptor(data, "hex")?.value
      : undefined;
  if (typeof hex !== "string" || !matches(HEX, hex))
    throw new HostRefusal(`${what} must be a text, or { hex } with pairs of lower-case hexadecimal digits`);
  return Buffer.from(hex, "hex");
};

const hexBytes = (text: unknown): Uint8Array | undefined =>
  typeof text === "string" && matches(HEX, text) ? Uint8Array.from(Buffer.from(text, "hex")) : undefined;

const hash =
  (of: (bytes: Uint8Array) => Uint8Array) =>
  (data: Data): string => {
    const bytes = unmetered(COST.call, () => bytesOf(data, "what is hashed"));
    return unmetered(bytes.length * COST.byte, () => Buffer.from(of(bytes)).toString("hex"));
  };

type Verifier = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
const ECDSA = { prehash: true, lowS: false, format: "compact" } as const;
const VERIFIERS: ReadonlyMap<unknown, Verifier> = new Map<unknown, Verifier>([
  ["ed25519", (signature, message, key) => ed25519.verify(signature, message, key, { zip215: false })],
  ["p256", (signature, message, key) => p256.verify(signature, message, key, ECDSA)],
  ["secp256k1", (signature, message, key) => secp256k1.verify(signature, message, key, ECDSA)],
]);

const verify: CryptoOperations["verify"] = (scheme, publicKey, message, signature) => {
  const verifier = VERIFIERS.get(scheme);
  if (verifier === undefined) throw new HostRefusal("the scheme must be ed25519, p256 or secp256k1");
  const bytes = unmetered(COST.call, () => bytesOf(message, "the message"));
  return unmetered(COST.verify + bytes.length * COST.byte, () => {
    const key = hexBytes(publicKey);
    const signed = hexBytes(signature);
    if (key === undefined || signed === undefined || signed.length !== 64) return false;
    try {
      return verifier(signed, Uint8Array.from(bytes), key);
    } catch {
      return false;
    }
  });
};

export const cryptoOperations: CryptoOperations = Object.freeze({
  sha256: Object.freeze(hash(sha256)),
  sha512: Object.freeze(hash(sha512)),
  verify: Object.freeze(verify),
});
