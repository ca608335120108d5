import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { ScoreHostError } from "@dure/score-host";
import type { Emit } from "../emit.ts";
import { pause } from "../pause.ts";
import { tell } from "../report-error.ts";
import { agree } from "./agree.ts";
import { bring } from "./bring.ts";
import { type BuiltPackage, buildPackage } from "./build-package.ts";
import { checkTypes } from "./check-types.ts";
import { linkPackages } from "./installed.ts";
import { projectAt } from "./project.ts";
import { type StoreCalls, type StoreOptions, storeCalls } from "./store-calls.ts";

/** How often the sources are looked at. Looking is cheap, and sees what editors do to files on every system. */
const LOOK_MS = 200;

/** The sources of a directory as they are now, as one text. */
const stateOf = async (directory: string): Promise<string> => {
  const entries = await readdir(directory, { withFileTypes: true });
  const lines = await Promise.all(
    entries.map(async (entry) => {
      if (/^(node_modules|dist|\..*)$|\.test\.m?ts$/.test(entry.name)) return "";
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return stateOf(path);
      const found = await stat(path).catch(() => undefined);
      return found === undefined ? "" : `${path} ${found.mtimeMs} ${found.size}`;
    }),
  );
  return lines.join("\n");
};

type Flaw = {
  readonly text: string;
  readonly location: {
    readonly file: string;
    readonly line: number;
    readonly column: number;
    readonly lineText: string;
  } | null;
};

/** What the bundler found wrong, each with its place and the author's line. */
const flawsOf = (error: unknown): readonly Flaw[] => {
  const cause =
    error instanceof ScoreHostError
      ? (error.cause as { readonly errors?: readonly Flaw[] } | undefined)
      : undefined;
  return cause?.errors ?? [];
};

const describeFlaw = ({ text, location }: Flaw): string => {
  if (location === null) return text;
  const { file, line, column, lineText } = location;
  return `${file.replace(/^score:/, "")}:${line}:${column + 1}: ${text}\n    ${lineText.trim()}`;
};

const report = (error: unknown, emit: Emit): void => {
  const flaws = flawsOf(error);
  const { code, message } = tell(error);
  const text = flaws.length === 0 ? message : flaws.map(describeFlaw).join("\n");
  emit({ event: "failed", code, message: text }, text);
};

/** Has the channel run a package, as its first version or in place of what runs. */
const redeploy = async (store: StoreCalls, built: BuiltPackage, emit: Emit): Promise<void> => {
  const beganMs = Date.now();
  const { id: score, version } = built.score;
  const { hash } = built;
  const known = (await store.query("list", {})) as unknown as readonly Readonly<Record<string, unknown>>[];
  const present = known.find((each) => each["score"] === score);
  if (present?.["active"] === true && present["hash"] === hash) {
    emit({ event: "unchanged", score, version, hash }, `${score} ${version} runs already`);
    return;
  }
  await bring(store, built);
  const action = present === undefined ? "deploy" : "upgrade";
  const { status, height, id } = await agree(store, "propose", { action, score, hash });
  const tookMs = Date.now() - beganMs;
  if (status === "applied")
    emit(
      { event: "deployed", score, version, hash, height, tookMs },
      `${score} ${version} (${hash.slice(0, 8)}) runs from height ${height} on, after ${tookMs} ms`,
    );
  else
    emit(
      { event: "proposed", score, version, hash, proposal: id },
      `proposal ${id} is ${status}: others must approve`,
    );
};

/**
 * Keeps a channel running what an author writes: at each change of the sources the contract is packed again and takes
 * the place of the one before. What is wrong is told, and the next change tried.
 */
export const develop = async (
  path: string,
  options: StoreOptions,
  emit: Emit,
  stopping: AbortSignal,
): Promise<void> => {
  const project = await projectAt(path);
  await linkPackages(project.directory);
  const store = await storeCalls(options);
  const shown = relative(process.cwd(), project.directory) || ".";
  let seen: string | undefined;
  while (!stopping.aborted) {
    const now = await stateOf(project.directory);
    if (now !== seen) {
      seen = now;
      try {
        // The manifest may have changed with the sources.
        const changed = await projectAt(path);
        // What does not even bundle is told by the bundler, in one line.
        const built = await buildPackage(changed, "author");
        await checkTypes(changed);
        await redeploy(store, built, emit);
      } catch (error) {
        report(error, emit);
      }
      emit({ event: "watching", directory: project.directory }, `watching ${shown}; Ctrl-C ends it`);
    }
    await pause(LOOK_MS, stopping);
  }
};
