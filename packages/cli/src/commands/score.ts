import { relative } from "node:path";
import type { Command } from "commander";
import { writeAtomically } from "../atomic-file.ts";
import { callOf, quoted } from "../call-of.ts";
import type { BuiltPackage } from "../score/build-package.ts";
import { type OutputOptions, show, withOutput } from "./output.ts";
import { addScoreStore } from "./score-store.ts";
import { addScoreSuspend } from "./score-suspend.ts";

/** The commands of a contract's author. Each brings its own parts when it runs, since packing takes long to load. */

const describe = ({ score, text, hash }: BuiltPackage): string => {
  const { id, version, functions } = score;
  const steps = (["init", "migrate", "rollback"] as const).filter((name) => functions[name]);
  const methods = (names: readonly string[]): string => (names.length === 0 ? "none" : names.join(", "));
  return [
    `${id} ${version}`,
    `  steps   ${methods(steps)}`,
    `  invoke  ${methods(functions.invoke)}`,
    `  query   ${methods(functions.query)}`,
    `  size    ${Buffer.byteLength(text)} bytes`,
    `  hash    ${hash}`,
  ].join("\n");
};

const factsOf = ({ score, text, hash }: BuiltPackage) => {
  const { source: _, ...declaration } = score;
  return { ...declaration, bytes: Buffer.byteLength(text), hash };
};

const create = async (path: string, options: OutputOptions & { readonly name?: string }): Promise<void> => {
  const { newProject } = await import("../score/new-project.ts");
  const made = await newProject(path, options.name);
  const shown = relative(process.cwd(), made.directory) || ".";
  const next = `${callOf(process.cwd())} score test ${quoted(shown)}`;
  show(options, made, () => `${made.name} is in ${shown}. Next: ${next}`);
};

const check = async (source: string, options: OutputOptions & { readonly write?: true }): Promise<void> => {
  const { packageOf } = await import("../score/with-package.ts");
  const { projectAt } = await import("../score/project.ts");
  const { checkTypes } = await import("../score/check-types.ts");
  const { linkPackages } = await import("../score/installed.ts");
  const project = await projectAt(source);
  await linkPackages(project.directory);
  const isTyped = await checkTypes(project);
  if (options.write) {
    const { writeManifest } = await import("../score/write-manifest.ts");
    await writeManifest(project);
  }
  const built = await packageOf(source);
  const note = isTyped ? "" : "\n  types were not checked: that takes TypeScript and a tsconfig.json";
  show(options, { ...factsOf(built), typesChecked: isTyped }, () => describe(built) + note);
};

const test = async (path: string): Promise<void> => {
  const { projectAt } = await import("../score/project.ts");
  const { runTests } = await import("../score/run-tests.ts");
  process.exitCode = await runTests(await projectAt(path));
};

const pack = async (source: string, options: OutputOptions & { readonly output?: string }): Promise<void> => {
  const { packageOf } = await import("../score/with-package.ts");
  const built = await packageOf(source);
  const { id, version } = built.score;
  const output = options.output ?? `${id}-${version}.score.json`;
  if (output === "-") {
    process.stdout.write(built.text);
    return;
  }
  await writeAtomically(output, built.text);
  show(options, { ...factsOf(built), file: output }, () => `${describe(built)}\n  file    ${output}`);
};

const types = async (
  source: string,
  options: OutputOptions & { readonly output?: string },
): Promise<void> => {
  const { packageOf } = await import("../score/with-package.ts");
  const { apiTypes } = await import("@dure/score/api-types");
  const { score, api } = await packageOf(source);
  const { id: name, version } = score;
  const text = apiTypes({ name, version, api });
  const { output } = options;
  if (output === undefined) {
    process.stdout.write(text);
    return;
  }
  await writeAtomically(output, text);
  show(options, { name, version, file: output }, () => `the types of ${name} ${version} are in ${output}`);
};

/** Adds `dure score` and its commands. */
export const addScore = (program: Command): void => {
  const score = program
    .command("score")
    .description("write contracts, and agree on which ones a channel runs");
  withOutput(score.command("new <dir>"))
    .description("make a contract, with a test, in a new directory")
    .option("--name <name>", "the SCORE's name (default: the directory's)")
    .action(create);
  withOutput(score.command("check [source]"))
    .description(
      "check a contract's types, load it, hold its package.json to it, show what it offers and its hash",
    )
    .option("--write", "first write the contract's id, version and functions into its package.json")
    .action((source: string | undefined, options: OutputOptions) => check(source ?? ".", options));
  withOutput(score.command("types [source]"))
    .description("write TypeScript for clients: the types of what a contract's methods take and give")
    .option("-o, --output <file>", "where to (default: the terminal)")
    .action((source: string | undefined, options: OutputOptions) => types(source ?? ".", options));
  withOutput(score.command("test [dir]"))
    .description("run a contract's tests (*.test.ts) in the sandbox that peers run")
    .action((path: string | undefined) => test(path ?? "."));
  withOutput(score.command("pack <source>"))
    .description("pack a directory, a file, an archive (.tgz) or git+<url>#<commit>: the same bytes anywhere")
    .option("-o, --output <file>", "where to; - prints the package (default: <name>-<version>.score.json)")
    .action(pack);
  addScoreStore(score);
  addScoreSuspend(score);
};
