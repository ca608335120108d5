/**
 * Verifies many signatures off the main thread. Statements are packed into one buffer that travels to a worker and back
 * with the verdicts, so that a batch costs one message each way and no copies; a worker that verifies one signature after
 * the other also keeps the processor's caches to itself. The rule of acceptance is the suite's own (suite.ts).
 */
import { Worker } from "node:worker_threads";
import { type DomainTag, statement } from "./statement.ts";
import { type Bytes, type CryptoSuite, HASH_BYTES, SIGNATURE_BYTES } from "./suite.ts";

/** A signature over a statement, of which the caller says that it is the key's. */
export type Signed = {
  /** 32 bytes. */
  readonly publicKey: Bytes;
  readonly tag: DomainTag;
  readonly bytes: Bytes;
  /** 64 bytes. */
  readonly signature: Bytes;
};

export type Verifier = {
  /** For each, whether it verifies, in order. Rejects only if a worker is lost, which is no verdict. */
  readonly verify: (signed: readonly Signed[]) => Promise<readonly boolean[]>;
  /** How many signatures were verified since the start. */
  readonly count: () => number;
  /** Ends the workers; what is under way is rejected. */
  readonly close: () => Promise<void>;
};

/** The part of a packed statement before its bytes: key, signature, length of tag and bytes. */
export const PACKED_HEAD_BYTES = HASH_BYTES + SIGNATURE_BYTES + 4;

const packedLength = ({ tag, bytes }: Signed): number => PACKED_HEAD_BYTES + tag.length + bytes.length;

/** A key or signature of another length is packed as zeros, which verify nothing: such a key is of small order. */
const packInto = (buffer: Uint8Array, view: DataView, offset: number, signed: Signed): number => {
  const { publicKey, tag, bytes, signature } = signed;
  const isWhole = publicKey.length === HASH_BYTES && signature.length === SIGNATURE_BYTES;
  if (isWhole) {
    buffer.set(publicKey, offset);
    buffer.set(signature, offset + HASH_BYTES);
  } else buffer.fill(0, offset, offset + HASH_BYTES + SIGNATURE_BYTES);
  view.setUint32(offset + HASH_BYTES + SIGNATURE_BYTES, tag.length + bytes.length);
  buffer.set(tag, offset + PACKED_HEAD_BYTES);
  buffer.set(bytes, offset + PACKED_HEAD_BYTES + tag.length);
  return offset + PACKED_HEAD_BYTES + tag.length + bytes.length;
};

/** What was asked for at once, and what is known of it. */
type Request = {
  readonly verdicts: boolean[];
  left: number;
  readonly resolve: (verdicts: readonly boolean[]) => void;
  readonly reject: (error: Error) => void;
};

/** A signature's place in a request. */
type Asked = { readonly signed: Signed; readonly request: Request; readonly at: number };

/** What a worker is sent, and sends back with the verdicts in the first `count` bytes. */
export type PackedJob = { readonly buffer: ArrayBuffer; readonly count: number };

/** Signatures in one message: more keep a worker from the next batch for longer than is worth it. */
const JOB_MAX = 256;
/** So few are verified at once where they are asked for. */
const HERE_MAX = 4;
/** A buffer takes most jobs, and travels again and again. */
const BUFFER_BYTES = 1 << 17;
const SPARE_MAX = 8;
/** Jobs that a worker holds: one at work and one at hand. */
const AHEAD_MAX = 2;

type Hand = { readonly worker: Worker; readonly jobs: (readonly Asked[])[] };

/** The statement of a signature, verified on the calling thread. */
const verifyHere = (
  suite: Pick<CryptoSuite, "verify">,
  { publicKey, tag, bytes, signature }: Signed,
): boolean => suite.verify(publicKey, statement(tag, bytes), signature);

/**
 * So many threads in the background, each verifying with libsodium. Few signatures, while none are waited for, are
 * verified by the caller's suite on its own thread: that takes less time than to wake another. While the threads are
 * busy, small requests gather, and leave as one job.
 */
export const createVerifier = (suite: Pick<CryptoSuite, "verify">, workers: number): Verifier => {
  let waiting: Asked[] = [];
  const spare: ArrayBuffer[] = [];
  let verified = 0;
  let lost: Error | undefined;

  const fail = (error: Error): void => {
    lost ??= error;
    for (const { jobs } of hands)
      for (const job of jobs.splice(0)) for (const { request } of job) request.reject(lost);
    for (const { request } of waiting.splice(0)) request.reject(lost);
  };

  const give = (hand: Hand, job: readonly Asked[]): void => {
    const length = job.reduce((sum, { signed }) => sum + packedLength(signed), 0);
    const buffer =
      (length <= BUFFER_BYTES ? spare.pop() : undefined) ?? new ArrayBuffer(Math.max(length, BUFFER_BYTES));
    const bytes = new Uint8Array(buffer);
    const view = new DataView(buffer);
    let offset = 0;
    for (const { signed } of job) offset = packInto(bytes, view, offset, signed);
    if (hand.jobs.length === 0) hand.worker.ref();
    hand.jobs.push(job);
    hand.worker.postMessage({ buffer, count: job.length } satisfies PackedJob, [buffer]);
  };

  const settle = (job: readonly Asked[], verdicts: Uint8Array): void => {
    for (const [place, { request, at }] of job.entries()) {
      request.verdicts[at] = verdicts[place] === 1;
      request.left -= 1;
      if (request.left === 0) request.resolve(request.verdicts);
    }
  };

  /** Keeps every hand busy, as long as anything waits. */
  const deal = (): void => {
    for (let from = 0; from < waiting.length; from += JOB_MAX) {
      const idlest = hands.reduce((least, hand) => (hand.jobs.length < least.jobs.length ? hand : least));
      if (idlest.jobs.length >= AHEAD_MAX) {
        waiting = waiting.slice(from);
        return;
      }
      give(idlest, waiting.slice(from, from + JOB_MAX));
    }
    waiting = [];
  };

  const start = (): Hand => {
    const worker = new Worker(new URL("./verifier-worker.js", import.meta.url));
    const hand: Hand = { worker, jobs: [] };
    worker.on("message", ({ buffer, count }: PackedJob) => {
      verified += count;
      settle(hand.jobs.shift() ?? [], new Uint8Array(buffer, 0, count));
      if (buffer.byteLength === BUFFER_BYTES && spare.length < SPARE_MAX) spare.push(buffer);
      deal();
      if (hand.jobs.length === 0) worker.unref();
    });
    worker.on("error", fail);
    worker.on("exit", () => fail(new Error("a verifying thread has ended")));
    // The process may end while it idles.
    worker.unref();
    return hand;
  };

  const hands: readonly Hand[] = Array.from({ length: workers }, start);
  const isIdle = (): boolean => hands.every(({ jobs }) => jobs.length === 0);

  return {
    verify: async (signed) => {
      if (lost !== undefined) throw lost;
      if (signed.length === 0) return [];
      if (signed.length <= HERE_MAX && isIdle()) {
        verified += signed.length;
        return signed.map((each) => verifyHere(suite, each));
      }
      return new Promise((resolve, reject) => {
        const request: Request = { verdicts: [], left: signed.length, resolve, reject };
        for (const [at, each] of signed.entries()) waiting.push({ signed: each, request, at });
        deal();
      });
    },
    count: () => verified,
    close: async () => {
      fail(new Error("the verifier is closed"));
      await Promise.all(hands.map(({ worker }) => worker.terminate()));
    },
  };
};

/** Verifies on the calling thread: for a process that has nothing else to do meanwhile, and for tests. */
export const createInlineVerifier = (suite: Pick<CryptoSuite, "verify">): Verifier => {
  let verified = 0;
  return {
    verify: async (signed) => {
      verified += signed.length;
      return signed.map((each) => verifyHere(suite, each));
    },
    count: () => verified,
    close: async () => undefined,
  };
};
