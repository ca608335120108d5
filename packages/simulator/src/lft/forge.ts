import {
  type EngineConfig,
  type Message,
  PROPOSAL_KIND,
  proposeStatement,
  type TimeoutCertificate,
  timeoutStatement,
} from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import {
  blockId,
  type Certificate,
  type CertificateKind,
  collectSignatures,
  encodeHeader,
  type Hash,
  type Header,
  voteStatement,
} from "@dure/types";
import { encodeIds, rootOfBody, type TransactionId } from "../body.ts";

type MessageOf<Type extends Message["type"]> = Extract<Message, { readonly type: Type }>;

/** A validator's key, in the hands of whoever asks. */
export type Key = {
  readonly config: Omit<EngineConfig, "self">;
  readonly index: number;
  readonly seed: Bytes;
};

/** A vote or commit vote for anything. */
export const forgeVote = (
  { config, index, seed }: Key,
  kind: CertificateKind,
  view: number,
  id: Hash,
): MessageOf<"vote"> => {
  const unsigned = { kind, epoch: config.epoch, view, blockId: id };
  const signature = config.suite.sign(seed, voteStatement(config.channelId, unsigned));
  return { type: "vote", ...unsigned, signer: index, signature };
};

/** A timeout that reports any QC. */
export const forgeTimeout = (
  { config, index, seed }: Key,
  view: number,
  highQc: Certificate,
): MessageOf<"timeout"> => {
  const { epoch } = config;
  const statement = timeoutStatement(config.channelId, { epoch, view, highQcView: highQc.view });
  const signature = config.suite.sign(seed, statement);
  return { type: "timeout", epoch, view, highQc, signer: index, signature };
};

/** The certificate of these timeouts of one view, one of each signer. */
export const forgeTc = (
  validatorCount: number,
  timeouts: readonly MessageOf<"timeout">[],
): TimeoutCertificate => {
  const bySigner = new Map(timeouts.map((timeout) => [timeout.signer, timeout]));
  const signed = new Map([...bySigner].map(([signer, { signature }]) => [signer, signature]));
  const signatures = collectSignatures(validatorCount, signed);
  const chosen = signatures.signers.map((signer) => bySigner.get(signer) as MessageOf<"timeout">);
  const { epoch, view } = chosen[0] as MessageOf<"timeout">;
  const highQc = chosen.reduce(
    (high, at) => (at.highQc.view > high.view ? at.highQc : high),
    chosen[0]!.highQc,
  );
  return { epoch, view, signatures, reported: chosen.map((at) => at.highQc.view), highQc };
};

/** A proposal of a block with these transactions, on any ground. */
export const forgeProposal = (
  { config, index, seed }: Key,
  view: number,
  parent: { readonly height: number; readonly timestampMs: number },
  ground: { readonly qc: Certificate; readonly tc: TimeoutCertificate | undefined },
  timestampMs: number,
  ids: readonly TransactionId[],
): MessageOf<"proposal"> & { readonly id: Hash; readonly header: Header } => {
  const bodyBytes = encodeIds(ids);
  const header: Header = {
    channelId: config.channelId,
    epoch: config.epoch,
    height: parent.height + 1,
    view,
    parentId: ground.qc.blockId,
    timestampMs: Math.max(timestampMs, parent.timestampMs + 1),
    proposer: index,
    bodyRoot: rootOfBody(config.suite, bodyBytes),
    transactionCount: ids.length,
    endsEpoch: false,
    execution: undefined,
  };
  const headerBytes = encodeHeader(header);
  const id = blockId(config.suite, headerBytes);
  const kind = PROPOSAL_KIND.normal;
  const signed = proposeStatement(config.channelId, { epoch: config.epoch, view, kind, blockId: id });
  const signature = config.suite.sign(seed, signed);
  return { type: "proposal", kind, headerBytes, bodyBytes, ...ground, signature, id, header };
};
