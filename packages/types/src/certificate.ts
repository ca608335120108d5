import { type Bytes, statement } from "@dure/crypto";
import { type Hash, readHash, writeHash } from "./hash.ts";
import type { Reader } from "./reader.ts";
import { NO_SIGNATURES, readSignatures, type Signatures, writeSignatures } from "./signatures.ts";
import { TAG } from "./tags.ts";
import { Writer } from "./writer.ts";

/** What a certificate is of. */
export const CERTIFICATE_KIND = { vote: 1, commit: 2 } as const;
export type CertificateKind = (typeof CERTIFICATE_KIND)[keyof typeof CERTIFICATE_KIND];

/** A quorum's votes (QC) or commit votes (CC) for a block in a view. */
export type Certificate = {
  readonly kind: CertificateKind;
  readonly epoch: number;
  readonly view: number;
  readonly blockId: Hash;
  readonly signatures: Signatures;
};

/** The certificate that an epoch's base block (genesis for the first) has by definition, at view 0. */
export const baseCertificate = (epoch: number, blockId: Hash): Certificate => ({
  kind: CERTIFICATE_KIND.vote,
  epoch,
  view: 0,
  blockId,
  signatures: NO_SIGNATURES,
});

/** `VOTE(channel, epoch, view, block id)` or `COMMIT(…)`: what a validator signs. */
export const voteStatement = (
  channelId: Hash,
  vote: {
    readonly kind: CertificateKind;
    readonly epoch: number;
    readonly view: number;
    readonly blockId: Hash;
  },
): Bytes => {
  const writer = writeHash(new Writer(), channelId).u64(vote.epoch).u64(vote.view);
  return statement(
    vote.kind === CERTIFICATE_KIND.vote ? TAG.vote : TAG.commit,
    writeHash(writer, vote.blockId).finish(),
  );
};

export const writeCertificate = (writer: Writer, certificate: Certificate): Writer =>
  writeSignatures(
    writeHash(writer.u8(certificate.kind).u64(certificate.epoch).u64(certificate.view), certificate.blockId),
    certificate.signatures,
  );

const readKind = (reader: Reader): CertificateKind => {
  const kind = reader.u8();
  if (kind !== CERTIFICATE_KIND.vote && kind !== CERTIFICATE_KIND.commit)
    reader.fail(`no certificate kind ${kind}`);
  return kind as CertificateKind;
};

export const readCertificate = (reader: Reader): Certificate => ({
  kind: readKind(reader),
  epoch: reader.u64(),
  view: reader.u64(),
  blockId: readHash(reader),
  signatures: readSignatures(reader),
});

/** A block's own commit: its commit certificate, or its QC and the QC of a child of the next view, with its header. */
export type DirectCommitProof =
  | { readonly kind: "commit"; readonly certificate: Certificate }
  | {
      readonly kind: "chain";
      readonly certificate: Certificate;
      readonly childHeader: Bytes;
      readonly childCertificate: Certificate;
    };

/**
 * Why a block is committed (lft.md rule 8); the two ways are never mixed. A block that ends its epoch may be committed
 * by a descendant, which is empty and never enters the log (rule 14): the headers from its child down to that
 * descendant, parents first, and the descendant's own proof.
 */
export type CommitProof =
  | DirectCommitProof
  | { readonly kind: "descendant"; readonly headers: readonly Bytes[]; readonly proof: DirectCommitProof };

const HEADER_BYTES_MAX = 1 << 17;
/** Certified descendants that one proof may lead through. */
export const DESCENDANTS_MAX = 64;
const KIND = { commit: 0, chain: 1, descendant: 2 } as const;

const writeDirect = (writer: Writer, proof: DirectCommitProof): Writer => {
  writeCertificate(writer.u8(KIND[proof.kind]), proof.certificate);
  return proof.kind === "chain"
    ? writeCertificate(writer.bytes(proof.childHeader), proof.childCertificate)
    : writer;
};

export const writeCommitProof = (writer: Writer, proof: CommitProof): Writer => {
  if (proof.kind !== "descendant") return writeDirect(writer, proof);
  writer.u8(KIND.descendant).u16(proof.headers.length);
  for (const header of proof.headers) writer.bytes(header);
  return writeDirect(writer, proof.proof);
};

const readDirect = (reader: Reader, kind: number): DirectCommitProof => {
  if (kind !== KIND.commit && kind !== KIND.chain) return reader.fail(`no commit proof of kind ${kind}`);
  const certificate = readCertificate(reader);
  if (kind === KIND.commit) return { kind: "commit", certificate };
  return {
    kind: "chain",
    certificate,
    childHeader: reader.bytes(HEADER_BYTES_MAX),
    childCertificate: readCertificate(reader),
  };
};

export const readCommitProof = (reader: Reader): CommitProof => {
  const kind = reader.u8();
  if (kind !== KIND.descendant) return readDirect(reader, kind);
  const count = reader.u16();
  if (count < 1 || count > DESCENDANTS_MAX)
    reader.fail(`${count} descendants are not between 1 and ${DESCENDANTS_MAX}`);
  const headers = Array.from({ length: count }, () => reader.bytes(HEADER_BYTES_MAX));
  return { kind: "descendant", headers, proof: readDirect(reader, reader.u8()) };
};
