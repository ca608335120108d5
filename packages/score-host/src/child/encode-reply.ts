import type { Reply } from "../protocol.ts";
import { HEAD_END, packOutcomes } from "../wire-outcomes.ts";
import { quote } from "./pristine.ts";

/** Returns a message to the parent as one text: JSON, behind which outcomes have their own texts. */
export const encodeReply = (reply: Reply): string => {
  if (reply.type !== "outcomes") return quote(reply);
  const { numbers, text } = packOutcomes(reply.outcomes);
  return `{"type":"outcomes","isLast":${reply.isLast},"numbers":${numbers}}${HEAD_END}${text}`;
};
