import type { Hash } from "@dure/types";
import type { Progress } from "../../channel/outcomes.ts";
import type { ChannelView, TransactionView } from "../../channel/view.ts";
import { choice, flag, requiredHash } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { route } from "../route.ts";
import { Submission, Submitted, TransactionAnswer } from "../shape.ts";
import { waitMs } from "./limits.ts";
import { receiptObject, transactionObject } from "./objects.ts";

type Until = "executed" | "final" | "accepted";

/** Bytes of standard padded base64, in its one form: what is taken for equal must be equal. */
const bytesOf = (text: string, what: string): Uint8Array => {
  const bytes = Buffer.from(text, "base64");
  if (bytes.toString("base64") !== text)
    throw new Refusal("REQUEST_MALFORMED", `${what} is not standard base64 with padding`);
  return bytes;
};

const answerOf = (id: Hash, progress: Progress) =>
  progress.stage === "executed"
    ? { id, status: progress.stage, receipt: receiptObject(progress.receipt) }
    : { id, status: progress.stage };

/** Each one's answer stands at its place, whatever became of the others. */
const submitAll = async (
  channel: ChannelView,
  transactions: readonly Uint8Array[],
  until: Until,
  timeoutMs: number,
) => {
  const admissions = await channel.submit(transactions);
  const ids = admissions.flatMap((admission) => (admission.ok ? [admission.id] : []));
  const progress =
    until === "accepted" ? ids.map((id) => channel.progress(id)) : await channel.wait(ids, until, timeoutMs);
  let at = 0;
  return admissions.map((admission) =>
    admission.ok
      ? answerOf(admission.id, progress[at++] ?? { stage: "accepted" })
      : { status: "refused", code: admission.code, message: admission.message },
  );
};

export const submitTransactions = route({
  method: "POST",
  path: "/transactions",
  summary: "Submits signed transactions, with the certificates of their senders, and waits as asked.",
  query: { wait: choice("what to wait for", ["executed", "final", "accepted"]), waitMs },
  body: Submission,
  answer: Submitted,
  codes: [
    "REQUEST_TOO_LARGE",
    "TX_MALFORMED",
    "TX_WRONG_CHANNEL",
    "TX_TOO_LARGE",
    "TX_EXPIRED",
    "TX_EXPIRY_TOO_FAR",
    "TX_DUPLICATE",
    "TX_REPLAYED",
    "PAYLOAD_MALFORMED",
    "CERTIFICATE_MALFORMED",
    "SIGNATURE_INVALID",
    "IDENTITY_UNKNOWN",
    "IDENTITY_UNKNOWN_ORGANISATION",
    "IDENTITY_NOT_ISSUED",
    "IDENTITY_EXPIRED",
    "IDENTITY_NOT_YET_VALID",
    "IDENTITY_REVOKED",
    "IDENTITY_IS_CA",
    "ROLE_NOT_ALLOWED",
    "POOL_FULL",
    "QUOTA_EXCEEDED",
    "TOO_MANY_WAITING",
  ],
  handle: async ({ channel, query, body }) => {
    const transactions = body.transactions.map((text, at) => bytesOf(text, `transactions[${at}]`));
    const certificates = body.certificates.map((text, at) => bytesOf(text, `certificates[${at}]`));
    if (query.wait !== "accepted" && channel.isBusy())
      throw new Refusal("TOO_MANY_WAITING", "too many clients wait here: ask again, or with wait=accepted");
    channel.learn(certificates);
    const answers = await submitAll(channel, transactions, query.wait, query.waitMs);
    const [first] = answers;
    if (answers.length === 1 && first !== undefined && "code" in first)
      throw new Refusal(first.code, first.message);
    return { transactions: answers };
  },
});

const resultOf = (view: Exclude<TransactionView, { readonly stage: "unknown" }>) => {
  if (view.stage === "accepted") return {};
  if (view.stage === "final") return { height: view.height, index: view.index };
  const { height, index } = view.receipt;
  return { height, index, receipt: receiptObject(view.receipt) };
};

export const getTransaction = route({
  method: "GET",
  path: "/transactions/{id}",
  summary: "A transaction, how far it has come, its receipt once executed, and its proof if asked.",
  pathParameters: { id: requiredHash("the transaction's id") },
  query: {
    proof: flag("whether to add a proof that it is final, and of its receipt once executed"),
    waitMs,
  },
  answer: TransactionAnswer,
  codes: ["TX_UNKNOWN", "BLOCK_PRUNED", "PROOF_NOT_READY", "TOO_MANY_WAITING"],
  handle: async ({ channel, path: { id }, query }) => {
    const proof = query.proof ? await channel.proofs.transaction(id, query.waitMs) : undefined;
    const view = await channel.transaction(id);
    if (view.stage === "unknown" && channel.isCommitted(id))
      throw new Refusal(
        "BLOCK_PRUNED",
        `transaction ${id} is final, and was executed before the snapshot that this peer began with: ask another peer`,
      );
    if (view.stage === "unknown") throw new Refusal("TX_UNKNOWN", `this peer knows no transaction ${id}`);
    return {
      id,
      status: view.stage,
      ...transactionObject(view.transaction),
      ...resultOf(view),
      ...(proof !== undefined && { proof }),
    };
  },
});
