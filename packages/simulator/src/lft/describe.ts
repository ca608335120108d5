import { type Message, PROPOSAL_KIND, type TimeoutCertificate } from "@dure/consensus";
import { CERTIFICATE_KIND, type Certificate, decodeHeader } from "@dure/types";

const certificateText = ({ kind, view, blockId }: Certificate): string =>
  `${kind === CERTIFICATE_KIND.vote ? "QC" : "CC"}(${view}, ${blockId.slice(0, 6)})`;

const tcText = (tc: TimeoutCertificate | undefined): string =>
  tc === undefined ? "" : ` TC(${tc.view} reporting ${tc.highQc.view})`;

/** A message as one line of a transcript. */
export const messageText = (message: Message): string => {
  switch (message.type) {
    case "proposal": {
      const header = decodeHeader(message.headerBytes);
      const { view, height } = header.ok ? header.value : { view: "?", height: "?" };
      const word = message.kind === PROPOSAL_KIND.normal ? "PROPOSE" : "PROPOSE-EARLY";
      return `${word}(${view}) height ${height} on ${certificateText(message.qc)}${tcText(message.tc)}`;
    }
    case "vote": {
      const kind = message.kind === CERTIFICATE_KIND.vote ? "VOTE" : "COMMIT";
      return `${kind}(${message.view}, ${message.blockId.slice(0, 6)}) by ${message.signer}`;
    }
    case "timeout":
      return `TIMEOUT(${message.view}, ${certificateText(message.highQc)}) by ${message.signer}`;
    case "attest":
      return `ATTEST(${message.execution.height}) by ${message.signer}`;
    case "status":
      return `STATUS height ${message.height} ${certificateText(message.highQc)}${tcText(message.highTc)}`;
    case "certificate":
      return certificateText(message.certificate);
    case "timeoutCertificate":
      return tcText(message.tc).trim();
    case "groupVote":
      return `GROUP ${message.kind === CERTIFICATE_KIND.vote ? "VOTE" : "COMMIT"}(${message.view}, ${message.blockId.slice(0, 6)}) by ${message.signatures.signers.join(",")}`;
    case "evidence":
      return `EVIDENCE of ${message.evidence.validator}: ${message.evidence.second.type}`;
  }
};
