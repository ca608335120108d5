import { createIbft, decodeIbftMessage, IBFT_RULES, type IbftMessage, type IbftState } from "@dure/consensus";
import { epochOfHeader } from "../blocks.ts";
import type { Protocol } from "../protocol.ts";
import { Adversary } from "./adversary.ts";
import { messageText, topicOf } from "./describe.ts";
import { watchRecords } from "./watch-records.ts";
import { watchVotes } from "./watch-votes.ts";

/** IBFT (specs/ibft.md) in the simulator. */
export const IBFT: Protocol = {
  name: "ibft",
  create: (config, { ibft = IBFT_RULES }) => createIbft(config, ibft) as ReturnType<Protocol["create"]>,
  decode: (bytes) => {
    const decoded = decodeIbftMessage(bytes);
    return decoded.ok ? decoded.value : undefined;
  },
  text: (message) => messageText(message as IbftMessage),
  topic: (message) => topicOf(message as IbftMessage),
  epochOf: (any) => {
    const message = any as IbftMessage;
    if (message.type === "prePrepare") return epochOfHeader(message.headerBytes);
    return message.type === "prepare" || message.type === "commit" || message.type === "roundChange"
      ? message.epoch
      : undefined;
  },
  watch: ({ blocks, quorums, faulty, report, onCertified }) => {
    const votes = watchVotes(blocks, quorums, faulty, report, onCertified);
    const records = watchRecords(report);
    return {
      sent: (node, message) => votes.sent(node, message as IbftMessage),
      persisted: records.persisted,
      stepped: (node, state) => records.stepped(node, state as IbftState),
      committed: () => undefined,
      crashed: () => undefined,
    };
  },
  adversary: (options) => new Adversary(options),
  turns: ({ height, view }) => height + view,
};
