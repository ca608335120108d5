import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** LFT's voting rules as a model in Quint; see specs/quint. */
export const MODEL = fileURLToPath(new URL("../../../../specs/quint/lft.qnt", import.meta.url));

const OUTPUT_BYTES_MAX = 64 << 20;

/** The command line of the installed Quint, as a file that Node runs. */
const binOf = async (): Promise<string> => {
  const manifest = createRequire(import.meta.url).resolve("@informalsystems/quint/package.json");
  const { bin } = JSON.parse(await readFile(manifest, "utf8")) as {
    bin: string | Readonly<Record<string, string>>;
  };
  return join(dirname(manifest), typeof bin === "string" ? bin : (bin["quint"] ?? ""));
};

/** Runs Quint with arguments, on the evaluator that is part of its package: it asks the network for nothing. */
export const quint = async (
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly output: string }> => {
  const bin = await binOf();
  return new Promise((resolve) => {
    const options = { maxBuffer: OUTPUT_BYTES_MAX, env: { ...process.env, NO_COLOR: "1" } };
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === "number" ? error.code : 1;
      resolve({ code, output: `${stdout}${stderr}` });
    });
  });
};

/** Random runs of a module of the model, each step held to all invariants. Exit code 0: none broke. */
export const runModel = (
  main: string,
  { samples, steps, seed }: { readonly samples: number; readonly steps: number; readonly seed: number },
  ...more: readonly string[]
): ReturnType<typeof quint> =>
  quint(
    "run",
    "--backend=typescript",
    `--main=${main}`,
    "--invariant=safe",
    `--max-samples=${samples}`,
    `--max-steps=${steps}`,
    `--seed=${seed}`,
    ...more,
    MODEL,
  );
