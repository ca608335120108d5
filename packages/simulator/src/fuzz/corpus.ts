import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Bytes } from "@dure/crypto";
import { fromHex, toHex } from "@dure/types";

/** The corpus stands with the specifications: another implementation can be tried with it. */
const ROOT = fileURLToPath(new URL("../../../../specs/corpus", import.meta.url));

/** The inputs that a decoder was ever found to refuse in another way, or to fail on. */
export const readCorpus = async (name: string): Promise<readonly Bytes[]> => {
  const directory = join(ROOT, name);
  const files = await readdir(directory).catch(() => []);
  const inputs: Bytes[] = [];
  for (const file of files.sort()) {
    const bytes = fromHex((await readFile(join(directory, file), "utf8")).trim());
    if (bytes === undefined) throw new Error(`${file} of the corpus of ${name} is not hexadecimal`);
    inputs.push(bytes);
  }
  return inputs;
};

/** Adds an input under its hash. */
export const addToCorpus = async (name: string, bytes: Bytes): Promise<void> => {
  const directory = join(ROOT, name);
  await mkdir(directory, { recursive: true });
  const file = `${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}.hex`;
  await writeFile(join(directory, file), `${toHex(bytes)}\n`);
};
