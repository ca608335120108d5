import { createHash } from "node:crypto";
import type { Api, ContractDescription } from "@dure/score";
import { createScoreHost, pack, packTraced, ScoreHostError } from "@dure/score-host";
import {
  formatPackage,
  type PackageFunctions,
  packageHash,
  readPackage,
  type ScorePackage,
} from "@dure/score-store";
import { CliError } from "../error.ts";
import type { Manifest, Project } from "./project.ts";

/** A package, its one text, that text's hash, and what the contract's methods take and give. */
export type BuiltPackage = {
  readonly score: ScorePackage;
  readonly text: string;
  readonly hash: string;
  readonly api: Api;
};

const sha256 = (text: string): string => createHash("sha256").update(text, "utf8").digest("hex");

const invalid = (message: string): CliError => new CliError("SCORE_INVALID", message);

/** What a contract offers, as the sandbox that loads it says. */
const describe = async (score: Parameters<typeof createScoreHost>[0]["scores"][number]) => {
  const host = await createScoreHost({ scores: [score] });
  try {
    return host.status().scores[0] as ContractDescription;
  } finally {
    await host.close();
  }
};

const functionsOf = (description: ContractDescription): PackageFunctions => ({
  init: description.init,
  invoke: [...description.invoke].sort(),
  query: [...description.query].sort(),
  migrate: description.migrate,
  rollback: description.rollback,
});

/** How a list in package.json differs from the contract's, as a sentence. */
const listFlaw = (kind: string, said: unknown, offered: readonly string[]): string | undefined => {
  if (!Array.isArray(said)) return `functions.${kind} in package.json must be a list of methods`;
  const extra = said.find((name) => !offered.includes(name));
  if (extra !== undefined)
    return `package.json names the ${kind} method ${extra}, which the contract does not have`;
  const missing = offered.find((name) => !said.includes(name));
  return missing === undefined
    ? undefined
    : `the contract has the ${kind} method ${missing}, which package.json does not name`;
};

const functionsFlaw = (said: unknown, offered: PackageFunctions): string | undefined => {
  if (said === undefined) return undefined;
  if (typeof said !== "object" || said === null) return "functions in package.json must be an object";
  for (const [name, value] of Object.entries(said)) {
    if (!Object.hasOwn(offered, name)) return `functions.${name} in package.json means nothing`;
    const own = offered[name as keyof PackageFunctions];
    if (typeof own === "object") {
      const flaw = listFlaw(name, value, own);
      if (flaw !== undefined) return flaw;
    } else if (value !== own)
      return `package.json says ${JSON.stringify(value)} of ${name}, and the contract ${own ? "has" : "does not have"} it`;
  }
  return undefined;
};

/** Why a package.json and the contract contradict each other, as a sentence. */
const manifestFlaw = (
  manifest: Manifest,
  score: { name: string; version: string },
  functions: PackageFunctions,
) => {
  if (!Object.hasOwn(manifest, "id")) return undefined;
  const { id, version } = manifest;
  if (id !== score.name)
    return `package.json says that this is ${id}, and the contract calls itself ${score.name}`;
  if (version !== score.version)
    return `package.json says version ${version}, and the contract says ${score.version}`;
  return functionsFlaw(manifest.functions, functions);
};

const authOf = (auth: unknown): ScorePackage["auth"] => {
  const fields = typeof auth === "object" && auth !== null ? (auth as Record<string, unknown>) : {};
  const text = (name: string): string => (typeof fields[name] === "string" ? (fields[name] as string) : "");
  return { name: text("name"), email: text("email"), org: text("org") };
};

/** Whose a contract is: the author's own knows its lines, a stranger's is loaded in a process of its own. */
type Origin = "author" | "stranger";

const packApart = async (entry: string) => {
  const packed = await pack(entry);
  return { ...packed, description: await describe(packed) };
};

/** Packs a contract and loads it by a peer's rules: its text, and what it offers. @throws ScoreHostError */
export const offeredBy = async (entry: string, origin: Origin) => {
  const { name, version, source, description } = await (origin === "author" ? packTraced : packApart)(entry);
  return { name, version, source, functions: functionsOf(description), api: description.api };
};

/**
 * Packs a contract, loads it by a peer's rules, and holds its package.json to what it offers.
 *
 * @throws CliError `SCORE_INVALID`; ScoreHostError
 */
export const buildPackage = async ({ entry, manifest }: Project, origin: Origin): Promise<BuiltPackage> => {
  const { name, version, source, functions, api } = await offeredBy(entry, origin);
  const flaw = manifestFlaw(manifest, { name, version }, functions);
  if (flaw !== undefined)
    throw invalid(`${flaw}; \`dure score check --write\` has it say what the contract has`);
  const isOwn = Object.hasOwn(manifest, "id");
  const score: ScorePackage = {
    format: "dure/score/1",
    id: name,
    version,
    auth: authOf(isOwn ? manifest.auth : undefined),
    description: isOwn && typeof manifest.description === "string" ? manifest.description : "",
    functions,
    source,
  };
  try {
    const text = formatPackage(score);
    return { score, text, hash: packageHash(text, sha256), api };
  } catch (error) {
    throw invalid(`${name} ${version} makes no package: ${(error as Error).message}`);
  }
};

/**
 * Reads a package that was packed before, and loads it as a peer would.
 *
 * @throws CliError `SCORE_INVALID`
 */
export const readBuiltPackage = async (text: string, path: string): Promise<BuiltPackage> => {
  const read = readPackage(text);
  if (!read.ok) throw invalid(`${path} is no package: ${read.message}`);
  const { id: name, version, source, functions } = read.package;
  const description = await describe({ name, version, source }).catch((error: unknown) => {
    throw error instanceof ScoreHostError ? invalid(`${path}: ${error.message}`) : error;
  });
  const flaw = functionsFlaw(functions, functionsOf(description));
  if (flaw !== undefined) throw invalid(`${path}: ${flaw.replaceAll("package.json", "the package")}`);
  return { score: read.package, text, hash: packageHash(text, sha256), api: description.api };
};
