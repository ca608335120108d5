/**
 * The suite of browsers, and of any place without native modules: Ed25519 by libsodium compiled to wasm, whose rule of
 * acceptance is the protocol's, and SHA-256 by noble's hashes, since libsodium's usual build has none and the browser's
 * own is neither synchronous nor there on plain HTTP. Nothing here knows Node.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import sodium from "libsodium-wrappers";
import type { Bytes, CryptoSuite } from "./suite.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";

const hash = (...parts: readonly Bytes[]): Bytes => {
  const digest = sha256.create();
  for (const part of parts) digest.update(part);
  return digest.digest();
};

const verify = (publicKey: Bytes, message: Bytes, signature: Bytes): boolean =>
  publicKey.length === HASH_BYTES &&
  signature.length === SIGNATURE_BYTES &&
  sodium.crypto_sign_verify_detached(signature, message, publicKey);

const keyPair = (seed: Bytes): { readonly publicKey: Bytes; readonly privateKey: Bytes } => {
  if (seed.length !== HASH_BYTES) throw new RangeError("an Ed25519 seed has 32 bytes");
  return sodium.crypto_sign_seed_keypair(seed);
};

/** Resolves to the suite once the wasm is compiled, some milliseconds after the first call. */
export const createWasmSuite = async (): Promise<CryptoSuite> => {
  await sodium.ready;
  return {
    hash,
    hashHex: (...parts) => bytesToHex(hash(...parts)),
    verify,
    publicKeyOf: (seed) => keyPair(seed).publicKey,
    sign: (seed, message) => sodium.crypto_sign_detached(message, keyPair(seed).privateKey),
  };
};
