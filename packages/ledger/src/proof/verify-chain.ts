import { verifyCommitProof } from "@dure/consensus";
import { blockId, type Hash, type Header } from "@dure/types";
import type { ReadChain } from "./read-document.ts";
import { invalid } from "./refusal.ts";
import { type Trust, validatorsOf } from "./trust.ts";

/** A block that the validators committed. */
export type ProvenBlock = { readonly id: Hash; readonly header: Header };

/**
 * The block of the first header, which must have this height: each further header is the child of the one before, and
 * the last is committed by a quorum of its epoch. Hashes are compared before any signature is verified.
 */
export const provenBlock = (trust: Trust, height: number, { headers, commit }: ReadChain): ProvenBlock => {
  const ids = headers.map(({ bytes }) => blockId(trust.suite, bytes));
  const [first] = headers;
  const [id] = ids;
  const last = headers.at(-1);
  const lastId = ids.at(-1);
  if (first === undefined || id === undefined || last === undefined || lastId === undefined)
    return invalid("there is no header");
  headers.forEach(({ header }, at) => {
    if (header.channelId !== trust.channelId) invalid(`headers[${at}] is of another channel`);
    if (header.height !== height + at)
      invalid(`headers[${at}] is of height ${header.height}, not ${height + at}`);
    // A commit never reaches over the end of an epoch: that block is committed by its own end certificate.
    if (header.epoch !== last.header.epoch) invalid(`headers[${at}] is of another epoch than the commit`);
    if (at > 0 && header.parentId !== ids[at - 1]) invalid(`headers[${at}] is no child of the one before`);
  });
  const set = validatorsOf(trust, last.header.epoch);
  if (!verifyCommitProof(set, lastId, last.header, commit))
    return invalid("the commit proof is not a quorum's over the last header");
  return { id, header: first.header };
};
