import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { realpath, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RadioStationError } from "./error.ts";

export type HomeLock = { release(): Promise<void> };

/** The name of the lock within a home on POSIX systems. */
export const LOCK_FILE = "lock.sock";

const SOCKET_PATH_BYTES_MAX = 100;
const ATTEMPTS = 5;

/**
 * A socket, not a file with a pid: the operating system itself knows whether the holder lives, whatever killed it, and a
 * pid may since belong to another process. POSIX bounds the path of a socket to about 104 bytes, so a deeper home is
 * locked by a name in the temporary directory. Windows has named pipes, which vanish with their process.
 */
const lockAddress = async (home: string): Promise<string> => {
  const real = await realpath(home);
  const name = createHash("sha256").update(real).digest("hex").slice(0, 32);
  if (process.platform === "win32") return `\\\\.\\pipe\\dure-${name}`;
  const inside = join(real, LOCK_FILE);
  return Buffer.byteLength(inside) <= SOCKET_PATH_BYTES_MAX ? inside : join(tmpdir(), `dure-${name}.sock`);
};

const listen = async (address: string): Promise<Server | undefined> => {
  const server = createServer((socket) => socket.destroy());
  server.listen(address);
  try {
    await once(server, "listening");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" || code === "EACCES") return undefined;
    throw error;
  }
  server.unref();
  return server;
};

const isAlive = async (address: string): Promise<boolean> => {
  const socket = connect(address);
  try {
    await once(socket, "connect");
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code !== "ECONNREFUSED" && code !== "ENOENT";
  } finally {
    socket.destroy();
  }
};

/**
 * Moves a dead holder's socket aside. What was moved is asked once more: had another process taken the lock between our
 * first question and the move, its living socket goes back to its place.
 *
 * @returns false if the lock turned out to be held.
 */
const clearDead = async (address: string): Promise<boolean> => {
  const aside = `${address}.${randomBytes(4).toString("hex")}`;
  try {
    await rename(address, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return true;
    throw error;
  }
  if (await isAlive(aside)) {
    await rename(aside, address);
    return false;
  }
  await rm(aside, { force: true });
  return true;
};

/**
 * Takes the home for this process until `release` or the process's end, however it ends.
 *
 * @throws RadioStationError `HOME_LOCKED` if another process holds it.
 */
export const lockHome = async (home: string): Promise<HomeLock> => {
  const address = await lockAddress(home);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const server = await listen(address);
    if (server !== undefined)
      return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    if (await isAlive(address)) break;
    if (!(await clearDead(address))) break;
  }
  throw new RadioStationError(
    "HOME_LOCKED",
    `another RadioStation runs on ${home}: end it, or name another home`,
  );
};
