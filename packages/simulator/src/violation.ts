/** The invariants of specs/lft.md, by name. */
export type Invariant =
  | "one QC per view"
  | "honest prefixes agree"
  | "QC above a commit extends it"
  | "TC after a CC reports it"
  | "highQC never falls"
  | "durable fields never fall"
  | "no honest evidence"
  | "certified data is durable"
  | "state roots agree"
  | "at most once"
  | "honest messages are accepted"
  | "buffers are bounded"
  | "commits resume"
  | "accepted transactions commit";

export type Violation = { readonly invariant: Invariant; readonly detail: string; readonly atMs: number };

export type Report = (invariant: Invariant, detail: string) => void;
