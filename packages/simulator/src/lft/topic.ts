import type { Message } from "@dure/consensus";

/** Which messages stand or fall together under the directed adversary: those of one kind that speak of one view. */
export const topicOf = (message: Message): string => {
  switch (message.type) {
    case "vote":
    case "groupVote":
      return `${message.kind}/${message.view}`;
    case "timeout":
      return `t/${message.view}`;
    case "certificate":
      return `1/${message.certificate.view}`;
    case "status":
      return `s/${Math.max(message.highQc.view, message.highTc?.view ?? 0)}`;
    case "timeoutCertificate":
      return `c/${message.tc.view}`;
    case "proposal":
      return `p/${message.qc.view}`;
    case "attest":
      return "a";
    case "evidence":
      return "e";
  }
};
