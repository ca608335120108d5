import type { ProofRefusalCode } from "./facts.ts";

/** Why a proof was refused. Thrown by the readers and checks of this folder and caught by `verifyProof`: it never leaves. */
export class ProofRefusal extends Error {
  readonly code: ProofRefusalCode;

  constructor(code: ProofRefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Ends the verification. */
export const refuse = (code: ProofRefusalCode, message: string): never => {
  throw new ProofRefusal(code, message);
};

/** Refuses as malformed. */
export const malformed = (message: string): never => refuse("PROOF_MALFORMED", message);

/** Refuses as not showing what it says. */
export const invalid = (message: string): never => refuse("PROOF_INVALID", message);
