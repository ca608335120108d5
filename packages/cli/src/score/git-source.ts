import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { CliError } from "../error.ts";

const GIT = /^git\+((?:https|ssh|file):\/\/[^#\s]+)#([0-9a-f]{40}|[0-9a-f]{64})$/;
const FETCH_MS_MAX = 300_000;

/** Whether a source names a git repository, in right or wrong form. */
export const isGitSource = (source: string): boolean => source.startsWith("git+");

/** Settings that decide bytes or run something, whatever the machine is set to. */
const SETTINGS = [
  "core.autocrlf=false",
  "core.eol=lf",
  "core.symlinks=false",
  "core.hooksPath=/dev/null",
  "core.fsmonitor=false",
];

/** The environment without what would lead git to another repository, as inside of a hook. */
const ownEnvironment = (): NodeJS.ProcessEnv => {
  const { GIT_DIR: _, GIT_WORK_TREE: __, GIT_INDEX_FILE: ___, ...rest } = process.env;
  return rest;
};

const git = (directory: string, args: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    execFile(
      "git",
      [...SETTINGS.flatMap((setting) => ["-c", setting]), "-C", directory, ...args],
      {
        timeout: FETCH_MS_MAX,
        env: {
          ...ownEnvironment(),
          GIT_TERMINAL_PROMPT: "0",
          GIT_ALLOW_PROTOCOL: "https:ssh:file",
          GIT_LFS_SKIP_SMUDGE: "1",
        },
      },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(stderr.trim().split("\n").at(-1) || error.message));
      },
    );
  });

/** Fetches one commit: alone where the server allows that, else with what leads to it. */
const fetchCommit = async (directory: string, url: string, commit: string): Promise<void> => {
  try {
    await git(directory, ["fetch", "--quiet", "--no-tags", "--depth=1", "--", url, commit]);
  } catch {
    await git(directory, [
      "fetch",
      "--quiet",
      "--",
      url,
      "+refs/heads/*:refs/source/heads/*",
      "+refs/tags/*:refs/source/tags/*",
    ]);
  }
};

/**
 * Brings the files of one commit into an empty directory. The commit is named in full, since a branch or a tag may lead
 * elsewhere tomorrow. Links are written as plain files, so that none leads out; no hook of anyone's is run.
 *
 * @throws CliError `USAGE` for a source of another form, `SCORE_SOURCE` if it cannot be had
 */
export const checkOutGit = async (source: string, directory: string): Promise<void> => {
  const [, url, commit] = GIT.exec(source) ?? [];
  if (url === undefined || commit === undefined)
    throw new CliError(
      "USAGE",
      `${source} names no commit: give git+https://…#<all 40 digits of the commit>, with https, ssh or file`,
    );
  try {
    await git(directory, [
      "init",
      "--quiet",
      "--template=",
      ...(commit.length === 64 ? ["--object-format=sha256"] : []),
    ]);
    await fetchCommit(directory, url, commit);
    await git(directory, ["checkout", "--quiet", "--detach", commit]);
  } catch (cause) {
    throw new CliError("SCORE_SOURCE", `${source} cannot be had: ${(cause as Error).message}`, { cause });
  }
  await rm(join(directory, ".git"), { recursive: true, force: true });
};
