import type { ScoreHostEvent } from "./host.ts";
import type { QueryCall, QueryOutcome, Read } from "./outcome.ts";
import { type Sandbox, SandboxDied } from "./sandbox.ts";
import { answerOf } from "./translate.ts";

export type Asking = {
  readonly sandbox: () => Promise<Sandbox>;
  readonly limits: { readonly queryDeadlineMs: number };
  readonly onEvent: (event: ScoreHostEvent) => void;
};

/**
 * Returns the answer to a query. A query has no receipt, so running out of time or memory is an answer, too:
 * `timeout`, or code 9100. Its process is replaced then, and blocks never notice.
 *
 * @throws ScoreHostError STATE_READ_FAILED, SANDBOX_START_FAILED
 */
export const askQuery = async (
  query: QueryCall,
  read: Read,
  { sandbox, limits, onEvent }: Asking,
): Promise<QueryOutcome> => {
  const { score, method } = query;
  const failed = (message: string): QueryOutcome => {
    onEvent({ type: "query-failed", score, method, message });
    return { kind: "answer", code: 9100, message, result: "null", used: { steps: 0, bytes: 0 } };
  };
  const process = await sandbox();
  try {
    const reply = await process.request(
      { type: "query", query },
      { read, deadlineMs: limits.queryDeadlineMs },
    );
    if (reply.type === "engine-limit") return failed(`the engine gave up on the query: ${reply.message}`);
    const wire = reply.type === "outcomes" && reply.outcomes.length === 1 ? reply.outcomes[0] : undefined;
    const answer = wire && answerOf(wire);
    if (answer !== undefined) return answer;
    process.kill("malformed");
    return failed("the sandbox process gave no sound answer");
  } catch (error) {
    if (!(error instanceof SandboxDied)) throw error;
    if (error.reason !== "deadline") return failed(`the query ended its process: ${error.message}`);
    const message = `the query took longer than ${limits.queryDeadlineMs} ms`;
    onEvent({ type: "query-failed", score, method, message });
    return { kind: "timeout", message };
  }
};
