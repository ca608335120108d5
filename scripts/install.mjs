/** Dependencies are installed only when they are missing or are not what package-lock.json says. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runNpm } from "./run.mjs";

/**
 * True when every package that the lock asks for is recorded as installed, in the same version, in the lock
 * that npm keeps inside node_modules. Optional packages may be absent: they are builds for other platforms.
 */
const holdsEverything = (lock, installed) =>
  Object.entries(lock.packages)
    .filter(([path]) => path.includes("node_modules/"))
    .every(([path, wanted]) => {
      const found = installed.packages?.[path];
      return found === undefined ? wanted.optional === true : found.version === wanted.version;
    });

const readJson = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined);

/**
 * Installs what package-lock.json names, unless node_modules holds it already. Returns npm's exit code, 0 when
 * there was nothing to do.
 *
 * A stamp in node_modules remembers the lock's hash and the platform (a tree that was copied from another
 * system lacks this one's native builds). Without a stamp the packages are compared, so that an `npm ci` done
 * by hand is not done again.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @returns {Promise<number>}
 */
export const installIfStale = async (root, say) => {
  const lockPath = join(root, "package-lock.json");
  const stampPath = join(root, "node_modules", ".dure-stamp");
  const hash = createHash("sha256").update(readFileSync(lockPath)).digest("hex");
  const stamp = `${hash} ${process.platform} ${process.arch}\n`;
  if (existsSync(stampPath)) {
    if (readFileSync(stampPath, "utf8") === stamp) return 0;
  } else {
    const installed = readJson(join(root, "node_modules", ".package-lock.json"));
    if (installed !== undefined && holdsEverything(readJson(lockPath), installed)) {
      writeFileSync(stampPath, stamp);
      return 0;
    }
  }
  say("Installing dependencies (npm ci)");
  // Installed as production, the compiler itself would be missing.
  const code = await runNpm(["ci", "--include=dev"], { cwd: root });
  if (code === 0) writeFileSync(stampPath, stamp);
  return code;
};
