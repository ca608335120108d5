import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** The ledger's lock: taking it writes there, and nothing is kept in it. */
const LOCK = "lock";

/** What a directory holds: a hash over the paths, kinds and contents of everything below it. */
export const treeHash = async (directory: string): Promise<string> => {
  const hash = createHash("sha256");
  const visit = async (path: string, name: string): Promise<void> => {
    const stat = await lstat(path);
    // A lock's socket comes and goes with who holds it, and holds nothing.
    if (stat.isSocket()) return;
    hash.update(`${name.length}:${name}`);
    if (stat.isDirectory()) {
      for (const entry of (await readdir(path)).sort())
        if (entry !== LOCK) await visit(join(path, entry), `${name}/${entry}`);
    } else if (stat.isSymbolicLink()) hash.update(await readlink(path));
    else
      hash.update(
        createHash("sha256")
          .update(await readFile(path))
          .digest(),
      );
  };
  await visit(directory, "");
  return hash.digest("hex");
};
