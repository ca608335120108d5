import { callOfBody, decodeText, type Hash, parseHash, payloadValue, type Transaction } from "@dure/types";
import type { FastifyInstance } from "fastify";
import type { BlockView, ChannelView } from "../channel/view.ts";
import type { RestOptions } from "./options.ts";
import { Refusal } from "./refusal.ts";
import { channelOf, jsonOf, queryOf } from "./request.ts";

/**
 * loopchain's REST v1 (specs/rest-v1.md), field by field: strings where it had strings, numbers where it had numbers.
 */

const CODE = {
  success: 0,
  fail: -1,
  wrongBlockHash: -4,
  timeout: -900,
} as const;
const INVOKE = { success: 0, notInvoked: 2, refused: 9000 } as const;

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** loopchain's object of a peer; RadioStation shows the same for peers that report to it. */
export const statusObject = (channel: ChannelView, target: string): Record<string, unknown> => {
  const status = channel.status();
  return {
    made_block_count: status.height,
    status: "Service is online: 1",
    peer_type: channel.isLeader() ? "1" : "0",
    audience_count: "0",
    consensus: "lft",
    peer_id: channel.peerId,
    block_height: status.height,
    total_tx: status.transactionCount,
    peer_target: target,
    leader_complaint: 1,
  };
};

const scoreObject = (channel: ChannelView): Record<string, unknown> => {
  const score = channel.scores.describe(channel.defaultScore);
  if (score === undefined || score.active === null) return { status: -1 };
  const versions = new Set(score.versions.map(({ version }) => version));
  return { id: score.score, version: score.active.version, all_version: [...versions], status: 0 };
};

const hashOf = (text: string | undefined): Hash | undefined =>
  text === undefined ? undefined : parseHash(text.replace(/^0x/, "").toLowerCase());

/** A transaction's data as the client sent it: JSON where it is JSON. */
const dataOf = (transaction: Transaction): unknown =>
  payloadValue(transaction.payload)?.value ?? decodeText(transaction.payload) ?? "";

const transactionObject = async (
  channel: ChannelView,
  id: Hash | undefined,
): Promise<Record<string, unknown>> => {
  const view = id === undefined ? undefined : await channel.transaction(id);
  if (view === undefined || view.stage === "unknown") {
    return { response_code: CODE.fail, data: "", meta: "", more_info: "fail", signature: "", public_key: "" };
  }
  const { transaction } = view;
  const score = channel.scores.describe(channel.defaultScore);
  const certificate = channel.certificateOf(transaction.sender);
  return {
    response_code: CODE.success,
    data: dataOf(transaction),
    meta: {
      peer_id: channel.peerId,
      score_id: score?.score ?? "",
      score_version: score?.active?.version ?? "",
      channel_name: channel.name,
    },
    more_info: "success",
    signature: base64(transaction.signature),
    public_key: certificate === undefined ? "" : base64(certificate),
  };
};

const resultObject = (channel: ChannelView, id: Hash | undefined): Record<string, unknown> => {
  const view = id === undefined ? undefined : channel.progress(id);
  if (view?.stage !== "executed") return { code: INVOKE.notInvoked, jsonrpc: "2.0" };
  const { code, message } = view.receipt;
  return code === INVOKE.success ? { code, jsonrpc: "2.0" } : { code, jsonrpc: "2.0", message };
};

const blockObject = (block: BlockView): Record<string, unknown> => ({
  block_hash: block.id,
  block_data_json: {
    prev_block_hash: block.header.parentId,
    merkle_tree_root_hash: block.header.bodyRoot,
    time_stamp: String(block.header.timestampMs * 1000),
    height: String(block.header.height),
    peer_id: block.proposerId,
  },
});

const transactionsObject = (block: BlockView): unknown =>
  block.transactions.length === 0
    ? ""
    : block.transactions.map((transaction) => ({
        tx_hash: transaction.id,
        timestamp: String(block.header.timestampMs * 1000),
        data_string: decodeText(transaction.payload) ?? "",
        peer_id: block.proposerId,
      }));

const answerQuery = async (channel: ChannelView, body: unknown): Promise<Record<string, unknown>> => {
  const call = callOfBody(body, "", channel.defaultScore);
  if (call === undefined)
    throw new Refusal("REQUEST_MALFORMED", "a query is a JSON-RPC object with a method");
  const { id = null } = body as { readonly id?: unknown };
  const { outcome } = await channel.query(call.score, call.method, call.params, undefined);
  if (outcome.kind === "timeout")
    return {
      response_code: String(CODE.timeout),
      response: { code: INVOKE.refused, message: outcome.message },
    };
  const response =
    outcome.code === INVOKE.success
      ? { jsonrpc: "2.0", code: outcome.code, response: JSON.parse(outcome.result), id }
      : { jsonrpc: "2.0", code: outcome.code, message: outcome.message, id };
  return { response_code: String(CODE.success), response };
};

const submit = async (channel: ChannelView, bytes: Uint8Array): Promise<Record<string, unknown>> => {
  if (!channel.peerSubmits()) {
    throw new Refusal(
      "PEER_SUBMITS_OFF",
      "this channel takes client-signed transactions only: POST /api/v2/transactions",
    );
  }
  const admission = await channel.submitAsPeer(bytes, "");
  if (!admission.ok) throw new Refusal(admission.code, admission.message);
  return { response_code: String(CODE.success), tx_hash: admission.id, more_info: "" };
};

/** Adds v1's routes. */
export const routesV1 = (server: FastifyInstance, options: RestOptions): void => {
  server.get("/api/v1/status/peer", async (request) =>
    statusObject(channelOf(options, request), options.target()),
  );
  server.get("/api/v1/status/score", async (request) => scoreObject(channelOf(options, request)));
  server.post("/api/v1/transactions", async (request) => {
    const { bytes, value } = jsonOf(request);
    const named =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)["channel"] : undefined;
    return submit(channelOf(options, request, named), bytes);
  });
  server.get("/api/v1/transactions", async (request) =>
    transactionObject(channelOf(options, request), hashOf(queryOf(request, "hash"))),
  );
  server.get("/api/v1/transactions/result", async (request) => ({
    response_code: String(CODE.success),
    response: resultObject(channelOf(options, request), hashOf(queryOf(request, "hash"))),
  }));
  server.post("/api/v1/query", async (request) => {
    const { value } = jsonOf(request);
    const named =
      typeof value === "object" && value !== null ? (value as Record<string, unknown>)["channel"] : undefined;
    return answerQuery(channelOf(options, request, named), value);
  });
  server.get("/api/v1/blocks", async (request) => {
    const channel = channelOf(options, request);
    const hash = queryOf(request, "hash");
    if (hash === undefined) {
      const last = await channel.block("last");
      return last === undefined
        ? { response_code: CODE.fail, message: "the channel has no block yet" }
        : { response_code: CODE.success, ...blockObject(last) };
    }
    const id = hashOf(hash);
    const block = id === undefined ? undefined : await channel.block(id);
    if (block === undefined)
      return { response_code: CODE.wrongBlockHash, message: "there is no block of this hash" };
    return { ...blockObject(block), tx_data_json: transactionsObject(block) };
  });
};
