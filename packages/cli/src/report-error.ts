import { errorColours as pc } from "./colours.ts";

/** An error as the command line shows it: a stable code and one sentence. */
export type Told = { readonly code: string; readonly message: string };

/** Errors of ours carry a code in capitals; anything else is a bug of ours or trouble of the system's. */
export const tell = (error: unknown): Told => {
  if (!(error instanceof Error)) return { code: "INTERNAL", message: String(error) };
  const code = "code" in error && typeof error.code === "string" ? error.code : "INTERNAL";
  return { code, message: error.message };
};

/** Writes an error to stderr: a sentence, or with `json` one line of JSON; with `verbose` the stack as well. */
export const reportError = (error: unknown, { json, verbose }: { json: boolean; verbose: boolean }): void => {
  const { code, message } = tell(error);
  if (json) console.error(JSON.stringify({ code, message }));
  else console.error(`${pc.red("dure:")} ${message} ${pc.dim(`(${code})`)}`);
  if (verbose && error instanceof Error) console.error(error.stack, error.cause ?? "");
};
