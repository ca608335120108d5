import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Carrier, processCarrier } from "./carrier.ts";
import { type Containment, detectContainment, permissionFlag } from "./layers.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const MAIN = join(HERE, "child", "main.js");

/** V8's space for what is new, in MB: a block's calls are done before it is full, and are not copied for it. */
const YOUNG_MB = 16;

/** Starts a sandbox with a heap of so many MB: a process, or what takes its place. */
export type Spawn = (memoryMb: number) => Carrier;

/**
 * Starts a sandbox process: this Node, an empty environment, its own folder to work in, its own
 * process group (so that Ctrl-C reaches the supervisor alone), three pipes, permission to read the few
 * packages that it is made of and nothing else, and whatever layers the machine has.
 */
export const spawnSandbox: Spawn = (memoryMb) => spawnWithin(detectContainment())(memoryMb);

/** Returns what starts sandbox processes within what a machine has. */
export const spawnWithin =
  (containment: Containment): Spawn =>
  (memoryMb) =>
    spawnUnder(process.execPath, process.allowedNodeEnvironmentFlags, memoryMb, containment);

/** Returns what starts sandbox processes under the Node.js of this path: for what compares releases. */
export const spawnerOf = (execPath: string): Spawn => {
  const listed = execFileSync(execPath, ["-p", "JSON.stringify([...process.allowedNodeEnvironmentFlags])"]);
  const flags = new Set(JSON.parse(listed.toString("utf8")) as readonly string[]);
  const containment = detectContainment();
  return (memoryMb) => spawnUnder(execPath, flags, memoryMb, containment);
};

/**
 * Starts a program as the child is started. Its working folder is its own: under Node.js 22 and later a thread may read
 * whatever is in the folder that it works in, whatever its permissions are, and all of the disk is in the root.
 */
export const startProcess = (
  { command }: Containment,
  main: string,
  memoryMb: number,
  execPath: string = process.execPath,
  flags: ReadonlySet<string> = process.allowedNodeEnvironmentFlags,
): ChildProcessWithoutNullStreams => {
  const [program, ...args] = [
    ...command,
    execPath,
    "--no-warnings",
    `--max-old-space-size=${memoryMb}`,
    `--max-semi-space-size=${YOUNG_MB}`,
    `--min-semi-space-size=${YOUNG_MB}`,
    "--single-threaded-gc",
    ...permissions(permissionFlag(flags)),
    main,
  ];
  return spawn(program as string, args, {
    cwd: dirname(MAIN),
    env: {},
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    windowsHide: true,
  });
};

const spawnUnder = (
  execPath: string,
  flags: ReadonlySet<string>,
  memoryMb: number,
  containment: Containment,
): Carrier =>
  processCarrier(startProcess(containment, MAIN, memoryMb, execPath, flags), {
    ...containment.layers,
    permission: permissionFlag(flags) !== undefined,
  });

// A thread is allowed for what serves, which itself is not allowed one: see child/main.ts.
const permissions = (flag: string | undefined): string[] =>
  flag === undefined ? [] : [flag, "--allow-worker", ...readable().map((path) => `--allow-fs-read=${path}`)];

// Workspaces link packages: both the link and what it leads to must be readable. The wildcard after the
// link's name is what lets Node look at the link itself, and it covers a package that is no link: a second
// entry below it would make Node 20 refuse the first. The link is followed here, since import.meta.resolve
// gives the path before links instead of an error when it cannot look at the file.
const readable = (): string[] => {
  const require = createRequire(import.meta.url);
  const links = (require.resolve.paths("@dure/score") ?? [])
    .map((path) => join(path, "@dure", "score"))
    .filter((path) => existsSync(path));
  const linked = links.map((path) => realpathSync(path)).filter((path) => !links.includes(path));
  const ses = folderOf(require.resolve("ses/package.json"));
  return [
    ...[dirname(HERE), ...linked].flatMap((path) => [join(path, "package.json"), join(path, "dist", "*")]),
    join(ses, "package.json"),
    join(ses, "dist", "ses.cjs"),
    ...LIBRARIES.map((name) => join(folderOf(require.resolve(name)), "*")),
    ...links.map((path) => `${path}*`),
  ];
};

/** What the child is made of beside its own files: each by a module of it. */
const LIBRARIES = ["acorn", "@noble/curves/ed25519.js", "@noble/hashes/sha2.js", "@eslint-community/regexpp"];

/** The folder of the package that a file belongs to. */
const folderOf = (file: string): string => {
  const folder = dirname(file);
  return existsSync(join(folder, "package.json")) && !folder.endsWith("esm") ? folder : folderOf(folder);
};
