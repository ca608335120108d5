import { spawnSync } from "node:child_process";

/**
 * What holds a sandbox process from outside, whatever becomes of the realm within it. Each is used where the machine has
 * it; none decides a receipt.
 */
export type Layers = {
  /** Node.js lets the process read its own packages only: no other file, no child process, no addon. */
  readonly permission: boolean;
  /** The process has a network of its own, with nobody in it. */
  readonly networkNamespace: boolean;
  /** No core dump, few open files, and no file that can grow. */
  readonly limits: boolean;
};

/** What a thread in the place of a process has. */
export const NO_LAYERS: Layers = { permission: false, networkNamespace: false, limits: false };

/** What this machine has, and the command that begins a process within it. */
export type Containment = {
  readonly layers: Omit<Layers, "permission">;
  readonly command: readonly string[];
};

const LIMITS = "ulimit -c 0 && ulimit -n 512 && ulimit -f 0";

/** An unprivileged user may have a network namespace only in a user namespace of its own. */
const NETWORK = ["--map-current-user", "--map-root-user"].map((mapping) => [
  "unshare",
  "--user",
  mapping,
  "--net",
]);

/** Finds out what this machine has. Takes some ten milliseconds: to be asked once for each host. */
export const detectContainment = (): Containment => {
  const limits = works(["sh", "-c", LIMITS]);
  const network = NETWORK.find((command) => works([...command, "true"]));
  return {
    layers: { networkNamespace: network !== undefined, limits },
    command: [
      // Some shells add variables of their own to the environment.
      ...(limits ? ["sh", "-c", `${LIMITS} && exec env -i "$@"`, "sh"] : []),
      ...(network ?? []),
    ],
  };
};

/** The flag by which a Node.js that knows these takes a process's permissions away, if it has one. */
export const permissionFlag = (flags: ReadonlySet<string>): string | undefined =>
  ["--permission", "--experimental-permission"].find((name) => flags.has(name));

const works = ([program, ...args]: readonly string[]): boolean =>
  spawnSync(program as string, args, { stdio: "ignore" }).status === 0;
