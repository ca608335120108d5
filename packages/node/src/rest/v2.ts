import { type Hash, parseHash, type Receipt } from "@dure/types";
import type { FastifyInstance } from "fastify";
import type { BlockView, ChannelView, TransactionView } from "../channel/view.ts";
import type { RestOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { channelOf, jsonOf, queryOf, recordOf } from "./request.ts";

/** The first routes of v2: signed transactions in, receipts out. */

const TRANSACTIONS_MAX = 1_000;
const WAIT_MS_MAX = 30_000;
const UNTIL = ["accepted", "final", "executed"] as const;
type Until = (typeof UNTIL)[number];

const base64Bytes = (value: unknown, what: string): Uint8Array => {
  if (typeof value !== "string" || !/^[A-Za-z0-9+/]*={0,2}$/.test(value) || value.length % 4 !== 0) {
    throw new Refusal("REQUEST_MALFORMED", `${what} is not base64`);
  }
  return Buffer.from(value, "base64");
};

const base64List = (value: unknown, what: string): readonly Uint8Array[] => {
  if (!Array.isArray(value)) throw new Refusal("REQUEST_MALFORMED", `${what} is not a list`);
  if (value.length > TRANSACTIONS_MAX)
    throw new Refusal("REQUEST_TOO_LARGE", `${what} holds more than ${TRANSACTIONS_MAX}`);
  return value.map((item, index) => base64Bytes(item, `${what}[${index}]`));
};

const untilOf = (text: string | undefined): Until => {
  const until = UNTIL.find((stage) => stage === (text ?? "executed"));
  if (until === undefined) throw new Refusal("REQUEST_MALFORMED", `wait is one of ${UNTIL.join(", ")}`);
  return until;
};

const waitMsOf = (text: string | undefined): number => {
  const waitMs = Number(text ?? "10000");
  if (!Number.isInteger(waitMs) || waitMs < 0 || waitMs > WAIT_MS_MAX) {
    throw new Refusal("REQUEST_MALFORMED", `waitMs is a whole number from 0 to ${WAIT_MS_MAX}`);
  }
  return waitMs;
};

const receiptObject = ({
  height,
  index,
  code,
  message,
  result,
  events,
}: Receipt): Record<string, unknown> => ({
  height,
  index,
  code,
  message,
  result: JSON.parse(result),
  events: events.map((event) => ({ ...event, data: JSON.parse(event.data) })),
});

const transactionObject = (
  id: Hash,
  view: Exclude<TransactionView, { stage: "unknown" }>,
): Record<string, unknown> => {
  const { transaction } = view;
  const common = {
    id,
    status: view.stage,
    sender: transaction.sender,
    score: transaction.score,
    expiryMs: transaction.expiryMs,
    bytes: Buffer.from(transaction.bytes).toString("base64"),
  };
  if (view.stage === "executed") return { ...common, receipt: receiptObject(view.receipt) };
  return view.stage === "final" ? { ...common, height: view.height, index: view.index } : common;
};

const blockObject = ({ id, header, proposerId, transactions }: BlockView): Record<string, unknown> => ({
  id,
  height: header.height,
  view: header.view,
  epoch: header.epoch,
  parentId: header.parentId,
  timestampMs: header.timestampMs,
  proposer: proposerId,
  bodyRoot: header.bodyRoot,
  executionHeight: header.execution?.height ?? null,
  transactions: transactions.map((transaction) => transaction.id),
});

const submitOne = async (
  channel: ChannelView,
  id: Hash,
  until: Until,
  waitMs: number,
): Promise<Record<string, unknown>> => {
  if (until === "accepted") return { id, status: "accepted" };
  const progress = await channel.wait(id, until, waitMs);
  if (progress.stage !== "executed") return { id, status: progress.stage };
  return { id, status: progress.stage, receipt: receiptObject(progress.receipt) };
};

/** Admits each; each one's answer stands at its place, whatever became of the others. */
const submitAll = (
  channel: ChannelView,
  transactions: readonly Uint8Array[],
  certificates: readonly Uint8Array[],
  until: Until,
  waitMs: number,
): Promise<readonly Record<string, unknown>[]> => {
  channel.learn(certificates);
  return Promise.all(
    transactions.map(async (bytes) => {
      const admission = channel.submit(bytes);
      if (!admission.ok) return { status: "refused", code: admission.code, message: admission.message };
      return submitOne(channel, admission.id, until, waitMs);
    }),
  );
};

const heightOrHash = (text: string): Hash | number | "last" => {
  if (text === "last") return text;
  const height = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : undefined;
  const which = height !== undefined && Number.isSafeInteger(height) ? height : parseHash(text);
  if (which === undefined)
    throw new Refusal("REQUEST_MALFORMED", "a block is named by its height, its hash or 'last'");
  return which;
};

/** Adds the first of v2's routes. */
export const routesV2 = (server: FastifyInstance, options: RestOptions): void => {
  server.post("/api/v2/transactions", async (request, reply) => {
    const channel = channelOf(options, request);
    const until = untilOf(queryOf(request, "wait"));
    const waitMs = waitMsOf(queryOf(request, "waitMs"));
    const body = recordOf(jsonOf(request).value, "the body");
    const transactions = base64List(body["transactions"], "transactions");
    const certificates = base64List(body["certificates"] ?? [], "certificates");
    if (until !== "accepted" && channel.isBusy()) {
      throw new Refusal("TOO_MANY_WAITING", "too many clients wait here: ask again, or with wait=accepted");
    }
    const answers = await submitAll(channel, transactions, certificates, until, waitMs);
    const refused = answers.filter((answer) => answer["status"] === "refused");
    const [first] = refused;
    if (answers.length === 1 && first !== undefined)
      throw new Refusal(String(first["code"]), String(first["message"]));
    return reply.send({ transactions: answers });
  });
  server.get("/api/v2/transactions/:id", async (request) => {
    const id = parseHash((request.params as { readonly id: string }).id);
    if (id === undefined)
      throw new Refusal("REQUEST_MALFORMED", "a transaction's id has 64 hexadecimal digits");
    const view = await channelOf(options, request).transaction(id);
    if (view.stage === "unknown") throw new Refusal("TX_UNKNOWN", `this peer knows no transaction ${id}`);
    return transactionObject(id, view);
  });
  server.get("/api/v2/blocks/:which", async (request) => {
    const which = heightOrHash((request.params as { readonly which: string }).which);
    const block = await channelOf(options, request).block(which);
    if (block === undefined) throw new Refusal("BLOCK_UNKNOWN", `this peer holds no block ${which}`);
    return blockObject(block);
  });
  server.post("/api/v2/query", async (request) => {
    const channel = channelOf(options, request);
    const body = recordOf(jsonOf(request).value, "the body");
    const { score = channel.defaultScore, method, params = {} } = body;
    if (typeof score !== "string" || typeof method !== "string")
      throw new Refusal("REQUEST_MALFORMED", "score and method are texts");
    const outcome = await channel.query(score, method, JSON.stringify(params), undefined);
    if (outcome.kind === "timeout") return { code: 9100, message: outcome.message, result: null };
    return { code: outcome.code, message: outcome.message, result: JSON.parse(outcome.result) };
  });
  server.get("/api/v2/status", async (request) => channelOf(options, request).status());
  server.get("/api/v2/genesis", async (request, reply) =>
    reply.type("application/json").send(channelOf(options, request).genesisText),
  );
};
