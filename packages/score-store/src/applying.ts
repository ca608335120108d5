import { type InvokeContext, integerParam, type JsonObject, refuse, textParam } from "@dure/score";
import { refuseCallers } from "./context.ts";
import { HOST_ID, type Proposal, type Records, recordsOf, type ScoreRecord } from "./records.ts";

/** What comes of an activation, as the host of every peer tells it at the beginning of the block. */

/** The message of an activation that failed is kept; a receipt's has at most so many characters. */
const MESSAGE_CHARS_MAX = 1_024;

const messageOf = ({ message }: JsonObject): string =>
  typeof message === "string" ? message.slice(0, MESSAGE_CHARS_MAX) : "";

/** Writes down that another version runs now, or none. */
const activate = (
  records: Records,
  record: ScoreRecord,
  { action, score, index, version, hash }: Proposal,
): ScoreRecord => {
  const active = records.active.get() ?? {};
  records.active.set({ ...active, [score]: action === "disable" ? null : { version, hash } });
  if (action === "disable") return record;
  const key = `${score}/${index}`;
  const target = records.versions.get(key) ?? refuse(`${score} has no version at ${index}`);
  // One that goes on after it was disabled has come from where it came from before, and so has one that is gone back to.
  if (action !== "rollback" && index !== record.current)
    records.versions.set(key, { ...target, from: record.current, upgraded: action === "upgrade" });
  return { ...record, current: index };
};

/** Writes down what came of the activation that was scheduled for a SCORE. */
export const applied = (ctx: InvokeContext, params: JsonObject) => {
  // A migration has the host's sender, too: what it calls is not the host's word.
  refuseCallers(ctx);
  if (ctx.sender.id !== HOST_ID) refuse("only the host may say what it activated");
  const score = textParam(params, "score", 64);
  const code = integerParam(params, "code", 0, 65_535);
  const message = messageOf(params);
  const { height } = ctx.block;
  const records = recordsOf(ctx.state);
  const record = records.scores.get(score) ?? refuse(`no version of ${score} is registered`);
  const proposal = records.proposals.get(record.scheduled) ?? refuse(`nothing is scheduled for ${score}`);
  const { id, action, version, hash } = proposal;
  const from = records.versions.get(`${score}/${record.current}`)?.version ?? "";
  const step = { action, version, hash, from, height, code, message, proposal: id };
  records.steps.set(`${score}/${record.steps}`, step);
  records.due.delete(String(proposal.height));
  const after = code === 0 ? activate(records, record, proposal) : record;
  records.scores.set(score, { ...after, steps: record.steps + 1, scheduled: "" });
  records.proposals.set(id, { ...proposal, status: code === 0 ? "applied" : "failed", message });
  ctx.emit(code === 0 ? "applied" : "failed", { score, ...step });
  return step;
};
