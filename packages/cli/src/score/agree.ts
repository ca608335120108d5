import { CliError } from "../error.ts";
import type { StoreCalls } from "./store-calls.ts";

/** A proposal as the store tells it, as far as commands need it. */
export type ProposalAnswer = {
  readonly id: string;
  readonly action: string;
  readonly score: string;
  readonly version: string;
  readonly hash: string;
  readonly height: number;
  readonly status: string;
  readonly approvals: readonly string[];
  readonly message: string;
};

/** What became of a proposal, and who is still asked. */
export type Agreed = ProposalAnswer & { readonly awaited: readonly string[]; readonly needed: number };

/** Beyond so many blocks, what is scheduled is left to come by itself. */
const AWAITED_BLOCKS_MAX = 8;

const readProposal = async (store: StoreCalls, id: string): Promise<ProposalAnswer> =>
  (await store.query("proposal", { id })) as unknown as ProposalAnswer;

/** Waits until what is scheduled for one of the next blocks has happened: each block is asked for. */
const settled = async (store: StoreCalls, proposal: ProposalAnswer): Promise<ProposalAnswer> => {
  let now = proposal;
  for (let blocks = 0; now.status === "scheduled" && blocks < AWAITED_BLOCKS_MAX; blocks++) {
    const height = await store.nudge();
    if (height + AWAITED_BLOCKS_MAX < now.height) return now;
    now = await readProposal(store, proposal.id);
  }
  return now;
};

const agreedOn = ({ organisations }: StoreCalls, proposal: ProposalAnswer): Agreed => ({
  ...proposal,
  awaited: organisations.filter((name) => !proposal.approvals.includes(name)),
  needed: Math.floor(organisations.length / 2) + 1,
});

/**
 * Proposes, approves or withdraws, waits for an activation that is near, and returns what became of it.
 *
 * @throws CliError `SCORE_REFUSED` where the store refuses, `ACTIVATION_FAILED` with what the SCORE said
 */
export const agree = async (
  store: StoreCalls,
  method: "propose" | "approve" | "withdraw",
  params: Readonly<Record<string, unknown>>,
): Promise<Agreed> => {
  const proposal = (await store.call(method, params)) as unknown as ProposalAnswer;
  const done = agreedOn(store, await settled(store, proposal));
  if (done.status !== "failed") return done;
  throw new CliError(
    "ACTIVATION_FAILED",
    `the ${done.action} of ${done.score} to ${done.version} failed at height ${done.height}, and what ran before goes on: ${done.message}`,
  );
};

/** What became of a proposal, for people. */
export const describeAgreed = ({
  id,
  action,
  score,
  version,
  status,
  height,
  approvals,
  awaited,
  needed,
}: Agreed): string => {
  if (status === "applied")
    return action === "disable"
      ? `${score} is disabled from height ${height} on`
      : `${score} ${version} runs from height ${height} on`;
  const what = `proposal ${id}, to ${action} ${score}${action === "disable" ? "" : ` (${version})`}`;
  if (status === "scheduled") return `${what}, takes place at height ${height}`;
  if (status === "withdrawn") return `${what}, is withdrawn`;
  return [
    `${what}, is approved by ${approvals.join(", ")}: ${approvals.length} of the ${needed} organisations that it needs`,
    `next: an administrator of ${awaited.join(" or ")} runs dure score approve ${id}`,
  ].join("\n");
};
