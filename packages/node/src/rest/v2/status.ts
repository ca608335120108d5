import { encodeEvidence } from "@dure/consensus";
import { toBase64, toHex } from "@dure/types";
import { route } from "../route.ts";
import { Configuration, Consensus, Counts, Status } from "../shape.ts";

export const getStatus = route({
  method: "GET",
  path: "/status",
  summary: "This peer's view of its channel: heights, state root, links, what stands still and why.",
  answer: Status,
  handle: ({ channel }) => channel.status(),
});

export const getCounts = route({
  method: "GET",
  path: "/counts",
  summary: "What the channel has cost this peer since its start: verifications, frames, bytes, syncs.",
  answer: Counts,
  handle: ({ channel }) => channel.counts(),
});

export const getGenesis = route({
  method: "GET",
  path: "/genesis",
  summary: "The genesis document, whose tagged hash is the channel id. Trust one of your own instead.",
  answer: "application/json",
  handle: ({ channel, reply }) => reply.type("application/json").send(channel.genesisText),
});

export const getConsensus = route({
  method: "GET",
  path: "/consensus",
  summary: "Who leads in which view, and the last message of each validator that reached this peer.",
  answer: Consensus,
  handle: ({ channel }) => {
    const { validators, evidence, ...rest } = channel.consensus();
    return {
      ...rest,
      validators: validators.map(({ index, id, publicKey, weight, isConnected, lastMessage }) => ({
        index,
        id,
        publicKey: toHex(publicKey),
        weight,
        leads: index === rest.leader,
        connected: isConnected,
        lastMessage: lastMessage ?? null,
      })),
      evidence: evidence.map((found) => ({
        epoch: found.epoch,
        validator: found.validator,
        fault: found.second.type,
        view: found.second.view,
        bytes: toBase64(encodeEvidence(found)),
      })),
    };
  },
});

export const getConfiguration = route({
  method: "GET",
  path: "/configuration",
  summary:
    "The configuration that holds now: the genesis document's, with the changes since, less the SCOREs.",
  answer: Configuration,
  handle: ({ channel }) => {
    const { epoch, base, document } = channel.epoch();
    const {
      organisations,
      validators,
      groups = [],
      followers,
      policies,
      limits,
      consensus,
      revoked,
    } = document;
    const configuration = {
      organisations,
      validators,
      groups,
      followers,
      policies,
      limits,
      consensus,
      revoked,
    };
    return { epoch, base: { height: base.height, id: base.blockId }, ...configuration };
  },
});
