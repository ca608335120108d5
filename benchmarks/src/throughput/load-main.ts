/**
 * The load generator: signs token transfers and submits them through the public API, from a process of its own. In an
 * open load a transaction's latency counts from when it was due, so that a slow network cannot hide by slowing it down.
 */
import { Agent, request } from "node:http";
import { createSodiumSuite, randomBytes } from "@dure/crypto/sodium";
import { certificateId, fromHex, type Hash, parseHash, signTransaction } from "@dure/types";
import type { LoadRequest, LoadResult, LoadSetup, Payer } from "./load-protocol.ts";

const suite = createSodiumSuite();
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
const encoder = new TextEncoder();
const LIFE_MS = 300_000;
const WAIT_MS = 30_000;
const TICK_MS = 2;

type Signer = { readonly seed: Uint8Array; readonly sender: Hash };
type Answer = {
  readonly id?: string;
  readonly status: string;
  readonly code?: string;
  readonly receipt?: { readonly code: number; readonly message: string };
};

const bytesOfHex = (text: string): Uint8Array => {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error("a seed is hexadecimal");
  return bytes;
};

const signerOf = ({ seed, certificate }: Payer): Signer => ({
  seed: bytesOfHex(seed),
  sender: certificateId(suite, new Uint8Array(Buffer.from(certificate, "base64"))),
});

const post = (
  url: string,
  body: string,
): Promise<{ readonly transactions?: readonly Answer[]; code?: string }> =>
  new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request(url, { method: "POST", agent, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () => resolve(JSON.parse(Buffer.concat(chunks).toString("utf8"))));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });

const createLoad = (setup: LoadSetup) => {
  const channelId = parseHash(setup.channelId);
  if (channelId === undefined) throw new Error("no channel id");
  const signers = setup.payers.map(signerOf);
  const certificates = setup.payers.map(({ certificate }) => certificate);
  const note = setup.noteBytes === 0 ? "" : `,"note":"${"x".repeat(setup.noteBytes)}"`;
  const learnedBy = new Set<string>();
  let made = 0;

  // Unique, which is all that a salt is for: half of it tells this run, half of it counts.
  const run = randomBytes(8);
  const saltOf = (at: number): Uint8Array => {
    const salt = Buffer.allocUnsafe(16);
    salt.set(run);
    salt.writeBigUInt64BE(BigInt(at), 8);
    return salt;
  };

  // Multiplying by a prime that shares no factor with the count visits every account once in a round.
  const next = (): string => {
    const at = made++;
    const signer = signers[at % signers.length] as Signer;
    const account = (at * 7919) % setup.accounts;
    const payload = `{"method":"transfer","params":{"to":"account-${account}@devnet","amount":"1"${note}}}`;
    const body = {
      channelId,
      sender: signer.sender,
      salt: saltOf(at),
      expiryMs: Date.now() + LIFE_MS,
      score: "token",
      payload: encoder.encode(payload),
    };
    const bytes = signTransaction(suite, body, signer.seed);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
  };

  return async ({ shape, batch, wait, seconds }: LoadRequest): Promise<LoadResult> => {
    const latenciesMs: number[] = [];
    const refused: Record<string, number> = {};
    const ids = new Set<string>();
    const counts = { submitted: 0, done: 0, failed: 0, lost: 0 };
    let firstReason: string | undefined;
    let turn = 0;
    const cpuFrom = process.cpuUsage();
    const startMs = performance.now();
    const untilMs = startMs + seconds * 1_000;

    const note = (answer: Answer, latencyMs: number): void => {
      if (answer.id !== undefined) ids.add(answer.id);
      if (answer.status === "refused") {
        const code = answer.code ?? "";
        refused[code] = (refused[code] ?? 0) + 1;
      } else if (answer.receipt !== undefined && answer.receipt.code !== 0) {
        counts.failed += 1;
        firstReason ??= answer.receipt.message;
      } else if (answer.status === "executed" || answer.status === wait) {
        counts.done += 1;
        latenciesMs.push(latencyMs);
      } else counts.lost += 1;
    };

    const send = async (count: number, dueMs: number): Promise<void> => {
      const url = setup.urls[turn++ % setup.urls.length] as string;
      counts.submitted += count;
      const known = learnedBy.has(url) ? [] : certificates;
      const transactions = Array.from({ length: count }, next);
      try {
        const answer = await post(
          `${url}/api/v2/transactions?wait=${wait}&waitMs=${WAIT_MS}`,
          JSON.stringify({ transactions, certificates: known }),
        );
        const latencyMs = performance.now() - dueMs;
        learnedBy.add(url);
        if (answer.transactions === undefined) {
          const code = answer.code ?? "";
          refused[code] = (refused[code] ?? 0) + count;
          return;
        }
        for (const each of answer.transactions) note(each, latencyMs);
      } catch (error) {
        counts.lost += count;
        firstReason ??= error instanceof Error ? error.message : String(error);
      }
    };

    if (shape.kind === "closed") {
      const loop = async (): Promise<void> => {
        while (performance.now() < untilMs) await send(batch, performance.now());
      };
      await Promise.all(Array.from({ length: Math.max(1, Math.floor(shape.inFlight / batch)) }, loop));
    } else {
      const running = new Set<Promise<void>>();
      const periodMs = (batch * 1_000) / shape.perSecond;
      for (let due = startMs; due < untilMs; ) {
        for (; due <= performance.now() && due < untilMs; due += periodMs) {
          const sending: Promise<void> = send(batch, due).finally(() => running.delete(sending));
          running.add(sending);
        }
        await new Promise((resolve) => setTimeout(resolve, TICK_MS));
      }
      await Promise.all(running);
    }
    const cpu = process.cpuUsage(cpuFrom);
    return {
      seconds: (performance.now() - startMs) / 1_000,
      ...counts,
      refused,
      latenciesMs: latenciesMs.sort((a, b) => a - b),
      distinct: ids.size,
      cpuS: (cpu.user + cpu.system) / 1e6,
      firstReason,
    };
  };
};

let load: ReturnType<typeof createLoad> | undefined;

process.on("message", (message: LoadSetup | LoadRequest) => {
  if ("channelId" in message) {
    load = createLoad(message);
    process.send?.({ ready: true });
  } else void load?.(message).then((result) => process.send?.(result));
});
process.on("disconnect", () => process.exit(0));
