/** One core's rate of verifications: of signatures over bodies of the size of a token transfer. */
import { parentPort, workerData } from "node:worker_threads";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";

const MESSAGE_BYTES = 220;
const ROUND = 256;

const suite = createSodiumSuite();
const seed = randomBytes(32);
const key = suite.publicKeyOf(seed);
const signed = Array.from({ length: ROUND }, () => {
  const message = randomBytes(MESSAGE_BYTES);
  return { message, signature: suite.sign(seed, message) };
});

const sinceMs = performance.now();
let count = 0;
while (performance.now() - sinceMs < (workerData as number)) {
  for (const { message, signature } of signed)
    if (!suite.verify(key, message, signature)) throw new Error("a good signature was refused");
  count += ROUND;
}
parentPort?.postMessage((count * 1_000) / (performance.now() - sinceMs));
