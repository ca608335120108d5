/** A verifying thread: see verifier.ts. */
import { parentPort } from "node:worker_threads";
import { createSodiumSuite } from "./sodium.ts";
import { HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";
import { PACKED_HEAD_BYTES, type PackedJob } from "./verifier.ts";

const { verify } = createSodiumSuite();

// Verdicts overwrite the buffer from its start: each takes one byte of statements that are read already.
const verifyPacked = ({ buffer, count }: PackedJob): void => {
  const bytes = new Uint8Array(buffer);
  const view = new DataView(buffer);
  let offset = 0;
  for (let at = 0; at < count; at++) {
    const signature = offset + HASH_BYTES;
    const message = offset + PACKED_HEAD_BYTES;
    const next = message + view.getUint32(signature + SIGNATURE_BYTES);
    const isValid = verify(
      bytes.subarray(offset, signature),
      bytes.subarray(message, next),
      bytes.subarray(signature, signature + SIGNATURE_BYTES),
    );
    bytes[at] = isValid ? 1 : 0;
    offset = next;
  }
};

parentPort?.on("message", (job: PackedJob) => {
  verifyPacked(job);
  parentPort?.postMessage(job, [job.buffer]);
});
