import type { Frame } from "./frame.ts";
import type { Protocol } from "./protocol.ts";

/** A frame as one line of a transcript. */
export const frameText = (protocol: Protocol, frame: Frame): string => {
  switch (frame.type) {
    case "consensus":
      return protocol.text(frame.message);
    case "transactions":
    case "getTransactions":
      return `${frame.type} ${frame.ids.join(" ")}`;
    case "getBlock":
      return `getBlock ${frame.blockId.slice(0, 6)}`;
    case "block":
      return `block ${frame.candidate.id.slice(0, 6)}`;
    case "getBlocks":
      return `getBlocks from ${frame.fromHeight}`;
    case "blocks":
      return `blocks ${frame.blocks.map(({ candidate }) => candidate.header.height).join(" ")}`;
  }
};
