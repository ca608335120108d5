import type { IbftMessage, Prepared } from "@dure/consensus";
import { decodeHeader } from "@dure/types";

const preparedText = (prepared: Prepared | undefined): string =>
  prepared === undefined ? "" : ` prepared (${prepared.round}, ${prepared.blockId.slice(0, 6)})`;

/** A message as one line of a transcript. */
export const messageText = (message: IbftMessage): string => {
  switch (message.type) {
    case "prePrepare": {
      const header = decodeHeader(message.headerBytes);
      const height = header.ok ? header.value.height : "?";
      return `PRE-PREPARE(${height}, ${message.round})${preparedText(message.ground?.prepared)}`;
    }
    case "prepare":
    case "commit": {
      const { type, height, round, blockId, signer } = message;
      return `${type.toUpperCase()}(${height}, ${round}, ${blockId.slice(0, 6)}) by ${signer}`;
    }
    case "roundChange":
      return `ROUND-CHANGE(${message.height}, ${message.round})${preparedText(message.prepared)} by ${message.signer}`;
    case "attest":
      return `ATTEST(${message.execution.height}) by ${message.signer}`;
    case "status":
      return `STATUS height ${message.height} round ${message.round}`;
    case "committed":
      return `COMMITTED(${message.certificate.view}, ${message.certificate.blockId.slice(0, 6)})`;
  }
};

/** Which messages stand or fall together: those of one kind that speak of one round of one height. */
export const topicOf = (message: IbftMessage): string => {
  switch (message.type) {
    case "prePrepare":
      return `p/${message.round}`;
    case "prepare":
    case "commit":
      return `${message.type}/${message.height}/${message.round}`;
    case "roundChange":
      return `r/${message.height}/${message.round}`;
    case "status":
      return `s/${message.height}`;
    case "committed":
      return `c/${message.certificate.blockId}`;
    case "attest":
      return "a";
  }
};
