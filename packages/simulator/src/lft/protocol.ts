import { createLft, decodeMessage, type LftState, type Message, RULES, validatorSet } from "@dure/consensus";
import { epochOfHeader } from "../blocks.ts";
import type { AnyMessage, Protocol } from "../protocol.ts";
import { Adversary } from "./adversary.ts";
import { messageText } from "./describe.ts";
import { topicOf } from "./topic.ts";
import { watchCertificates } from "./watch-certificates.ts";
import { watchRecords } from "./watch-records.ts";
import { watchSignatures } from "./watch-signatures.ts";

/** LFT (specs/lft.md) in the simulator. */
export const LFT: Protocol = {
  name: "lft",
  create: (config, { lft = RULES, quorums = (sound) => sound }) => {
    const set = validatorSet(config);
    return createLft(config, lft, { ...set, quorums: quorums(set.quorums) }) as ReturnType<
      Protocol["create"]
    >;
  },
  decode: (bytes) => {
    const decoded = decodeMessage(bytes);
    return decoded.ok ? decoded.value : undefined;
  },
  text: (message) => messageText(message as Message),
  topic: (message) => topicOf(message as Message),
  epochOf: (any) => {
    const message = any as Message;
    if (message.type === "proposal") return epochOfHeader(message.headerBytes);
    return message.type === "vote" || message.type === "groupVote" || message.type === "timeout"
      ? message.epoch
      : undefined;
  },
  watch: ({ blocks, quorums, faulty, report, onCertified }) => {
    const isHonest = (node: number): boolean => !faulty.includes(node);
    const signatures = watchSignatures(blocks, isHonest, report);
    const certificates = watchCertificates(blocks, quorums, faulty, report, (id, view) =>
      onCertified(id, `QC(${view})`),
    );
    const records = watchRecords(isHonest, report);
    return {
      sent: (node, message: AnyMessage) => {
        signatures(node, message as Message);
        certificates.sent(node, message as Message);
      },
      persisted: records.persisted,
      stepped: (node, state) => records.stepped(node, state as LftState),
      // An epoch's last block may be committed by a descendant: in that one's view, not in its own.
      committed: ({ candidate, proof }) =>
        certificates.committed(proof?.kind === "descendant" ? proof.proof.certificate.blockId : candidate.id),
      crashed: records.crashed,
    };
  },
  adversary: (options) => new Adversary(options),
  turns: ({ view }) => view,
};
