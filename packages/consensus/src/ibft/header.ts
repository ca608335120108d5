import type { Header } from "@dure/types";
import { verifyExecutionCertificate } from "../verify-certificate.ts";
import { type Context, heightOf } from "./context.ts";

/** Whether a block above the head may hold transactions: at most `lag` heights above certified execution (rule 15). */
const mayCarry = ({ state, config }: Context, executionHeight: number): boolean =>
  heightOf(state) - Math.max(state.head.executionHeight, executionHeight) <= config.lag;

/** Whether the next block must be empty, as far as this node can tell. */
export const isLagging = (context: Context): boolean => {
  const { execution, head } = context.state;
  return !mayCarry(context, Math.min(execution?.height ?? 0, head.height));
};

/** Whether this node holds transactions that may go into the next block. */
export const hasWork = (context: Context): boolean => context.state.pending && !isLagging(context);

/** Rule 11, less the body: why a header may not follow the head, or undefined. */
export const flawOf = (context: Context, header: Header): string | undefined => {
  const { head } = context.state;
  const { execution } = header;
  if (header.height !== heightOf(context.state) || header.parentId !== head.blockId)
    return "the block does not follow the head";
  if (header.timestampMs <= head.timestampMs) return "the timestamp is not above the parent's";
  if (execution !== undefined) {
    if (execution.height <= head.executionHeight || execution.height > head.height)
      return "the execution certificate is not newer than the ancestors'";
    if (!verifyExecutionCertificate(context.set, execution))
      return "the execution certificate does not verify";
  }
  if (header.endsEpoch && header.transactionCount !== 1)
    return "a change of the configuration does not stand alone";
  if (header.transactionCount > 0 && !mayCarry(context, execution?.height ?? 0))
    return "execution lags too far behind for transactions";
  return undefined;
};
