import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { RadioStationError } from "./error.ts";

export type HomeLock = { release(): Promise<void> };

const SOCKET_PATH_BYTES_MAX = 100;
const PROBE_MS = 1_000;
const RETRY_MS = 10;

/** True for the name of a lock's socket within a home. */
export const isLockFile = (name: string): boolean => /^lock\.[0-9a-f]{8}\.sock$/.test(name);

/** Where the sockets of those who want a home stand, and how their names begin. */
type Seat = { readonly directory: string; readonly prefix: string };

const hashOf = (home: string): string => createHash("sha256").update(home).digest("hex").slice(0, 16);

/** POSIX bounds a socket's path to about 104 bytes: a deeper home is locked from the temporary directory. */
const seatOf = (home: string): Seat =>
  Buffer.byteLength(join(home, "lock.00000000.sock")) <= SOCKET_PATH_BYTES_MAX
    ? { directory: home, prefix: "lock." }
    : { directory: tmpdir(), prefix: `dure-${hashOf(home)}.` };

const listen = async (address: string, answer: () => string): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.end(answer());
  });
  server.listen(address);
  await once(server, "listening");
  server.unref();
  return server;
};

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/**
 * What stands behind a socket: nobody, another that is still trying, or a holder. Who does not answer in time holds. Who
 * ends the connection without a word is giving up at that very moment, as only those do who are still trying.
 */
const ask = async (address: string): Promise<"dead" | "trying" | "held"> => {
  const socket = connect(address);
  try {
    const answered = once(socket, "data", { signal: AbortSignal.timeout(PROBE_MS) });
    const ended = once(socket, "close").then(() => [""]);
    const [answer] = await Promise.race([answered, ended]);
    answered.catch(() => undefined);
    ended.catch(() => undefined);
    return String(answer) === "held" ? "held" : "trying";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ECONNRESET" || code === "EPIPE") return "trying";
    return code === "ECONNREFUSED" || code === "ENOENT" ? "dead" : "held";
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
};

/**
 * The others that live, by name. Names are random and never used twice, so a dead one's can be removed by anyone. A
 * socket between its binding and its listening looks dead, and may be removed so: then `own` is no longer there to be
 * seen by others, and the answer is undefined.
 */
const others = async (
  { directory, prefix }: Seat,
  own: string,
): Promise<Map<string, "trying" | "held"> | undefined> => {
  const living = new Map<string, "trying" | "held">();
  const names = await readdir(directory);
  if (!names.includes(own)) return undefined;
  for (const name of names) {
    if (!name.startsWith(prefix) || !name.endsWith(".sock") || name === own) continue;
    const state = await ask(join(directory, name));
    if (state === "dead") await rm(join(directory, name), { force: true });
    else living.set(name, state);
  }
  return living;
};

/**
 * Everyone who wants the home first opens a socket of its own, and holds the home once it then sees no other alive. Of
 * two, the later to open its socket sees the earlier one: both can never hold. Of several that try at once, the one
 * whose name sorts first tries again and the rest give up.
 */
const take = async (seat: Seat): Promise<HomeLock | undefined> => {
  const own = `${seat.prefix}${randomBytes(4).toString("hex")}.sock`;
  let state = "trying";
  const server = await listen(join(seat.directory, own), () => state);
  for (;;) {
    const living = await others(seat, own);
    if (living === undefined) {
      await closed(server);
      return take(seat);
    }
    if (living.size === 0) {
      state = "held";
      return { release: () => closed(server) };
    }
    if ([...living].some(([name, other]) => other === "held" || name < own)) break;
    await delay(RETRY_MS);
  }
  await closed(server);
  return undefined;
};

/** Windows has named pipes, which one process alone can open and which vanish with it. */
const takePipe = async (home: string): Promise<HomeLock | undefined> => {
  try {
    const server = await listen(`\\\\.\\pipe\\dure-${hashOf(home)}`, () => "held");
    return { release: () => closed(server) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" || code === "EACCES") return undefined;
    throw error;
  }
};

/**
 * Takes the home for this process until `release` or the process's end, however it ends. The lock is a socket and not a
 * file with a pid, because the operating system itself knows whether a socket's holder lives; a pid may since belong to
 * another process.
 *
 * @throws RadioStationError `HOME_LOCKED` if another process holds it, or takes it at the same moment.
 */
export const lockHome = async (home: string): Promise<HomeLock> => {
  const real = await realpath(home);
  const lock = process.platform === "win32" ? await takePipe(real) : await take(seatOf(real));
  if (lock !== undefined) return lock;
  throw new RadioStationError(
    "HOME_LOCKED",
    `another RadioStation runs on ${home}: end it, or name another home`,
  );
};
