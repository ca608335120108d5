import { writeAtomically } from "../atomic-file.ts";
import { type OutputOptions, pretty, show } from "../commands/output.ts";
import { CliError, systemCode } from "../error.ts";

/** Where a proof goes: a file, or `-` for stdout. */
export type ProofOptions = { readonly proof?: string };

const write = async (path: string, proof: unknown): Promise<void> => {
  try {
    await writeAtomically(path, `${pretty(proof)}\n`);
  } catch (cause) {
    throw new CliError(
      "FILE_UNWRITABLE",
      `${path} cannot be written (${systemCode(cause) ?? "unknown"}): name another file with --proof`,
      { cause },
    );
  }
};

/**
 * Shows a peer's answer and keeps the proof that came with it: in a file, which is named then, or alone on stdout. It
 * is kept as the peer gave it; whether it proves anything is for `dure verify` to say.
 *
 * @throws CliError `PROOF_NOT_READY` if none came, `FILE_UNWRITABLE`.
 */
export const keepProof = async (
  answer: Readonly<Record<string, unknown>>,
  path: string,
  options: OutputOptions,
): Promise<void> => {
  const { proof, ...rest } = answer;
  if (proof === undefined)
    throw new CliError("PROOF_NOT_READY", "there is nothing to prove yet: ask again when it is final");
  if (path === "-") return console.log(options.json ? JSON.stringify(proof) : pretty(proof));
  await write(path, proof);
  show(
    options,
    { ...rest, proofFile: path },
    () => `${pretty(rest)}\nThe proof is in ${path}; verify it with: dure verify ${path}`,
  );
};
