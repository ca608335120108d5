import {
  decodeIbftMessage,
  decodeMessage,
  type EngineName,
  type IbftMessage,
  type Message,
} from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import { CERTIFICATE_KIND, decodeHeader } from "@dure/types";

/** A validator's message as an onlooker sees it. */
export type Sighting = {
  readonly type: Message["type"] | "commit";
  readonly view?: number;
  readonly height?: number;
  readonly atMs: number;
};

/** IBFT's messages in the words of LFT's that play their part: an onlooker follows either engine by the same ones. */
const describeIbft = (message: IbftMessage, atMs: number): Sighting | undefined => {
  switch (message.type) {
    case "prePrepare": {
      const header = decodeHeader(message.headerBytes);
      return header.ok
        ? { type: "proposal", view: message.round, height: header.value.height, atMs }
        : undefined;
    }
    case "prepare":
    case "commit": {
      const { round, height } = message;
      return { type: message.type === "commit" ? "commit" : "vote", view: round, height, atMs };
    }
    case "roundChange":
      return { type: "timeout", view: message.round, height: message.height, atMs };
    case "attest":
      return { type: "attest", height: message.execution.height, atMs };
    case "status":
      return { type: "status", view: message.round, height: message.height, atMs };
    case "committed":
      return { type: "certificate", view: message.certificate.view, atMs };
  }
};

/** What an onlooker sees of a message of either engine; undefined of one that does not read. */
const describe = (bytes: Bytes, atMs: number): Sighting | undefined => {
  const decoded = decodeMessage(bytes);
  if (!decoded.ok) {
    const ibft = decodeIbftMessage(bytes);
    return ibft.ok ? describeIbft(ibft.value, atMs) : undefined;
  }
  const message = decoded.value;
  switch (message.type) {
    case "proposal": {
      const header = decodeHeader(message.headerBytes);
      return header.ok
        ? { type: "proposal", view: header.value.view, height: header.value.height, atMs }
        : undefined;
    }
    case "vote":
      return { type: message.kind === CERTIFICATE_KIND.commit ? "commit" : "vote", view: message.view, atMs };
    case "groupVote":
      return { type: "groupVote", view: message.view, atMs };
    case "evidence":
      return { type: "evidence", view: message.evidence.second.view, atMs };
    case "timeout":
      return { type: "timeout", view: message.view, atMs };
    case "attest":
      return { type: "attest", height: message.execution.height, atMs };
    case "status":
      return { type: "status", view: message.highQc.view, height: message.height, atMs };
    case "certificate":
      return { type: "certificate", view: message.certificate.view, atMs };
    case "timeoutCertificate":
      return { type: "timeoutCertificate", view: message.tc.view, atMs };
  }
};

/**
 * The last consensus message of each validator, for onlookers. What arrives is kept as bytes and read only when someone
 * asks, so that watching costs the engine nothing.
 */
export class Sightings {
  readonly #last = new Map<number, { readonly bytes: Bytes; readonly atMs: number }>();

  /** Notes a message from the validator of this index, as the connection proves it. */
  note(validator: number, bytes: Bytes, atMs: number): void {
    this.#last.set(validator, { bytes, atMs });
  }

  /** The last message of a validator; undefined if there was none since the start, or if it did not read. */
  of(validator: number): Sighting | undefined {
    const last = this.#last.get(validator);
    return last === undefined ? undefined : describe(last.bytes, last.atMs);
  }
}

/** The height that a status message of the other engine claims; undefined of any other message. */
export const claimedHeight = (engine: EngineName, bytes: Bytes): number | undefined => {
  const decoded = engine === "lft" ? decodeIbftMessage(bytes) : decodeMessage(bytes);
  return decoded.ok && decoded.value.type === "status" ? decoded.value.height : undefined;
};
