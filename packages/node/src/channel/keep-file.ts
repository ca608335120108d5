import { mkdir, open, rename } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const syncDirectory = async (path: string): Promise<void> => {
  // Windows cannot open a directory; its rename is durable by the file system's journal.
  if (process.platform === "win32") return;
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};

/**
 * Puts a text into a file below a peer's home, in place of the one that is there. A loss of power at any moment leaves the
 * old text or the new one; once this resolves, the new one, and the directories on the way to it.
 */
export const keepFile = async (home: string, path: string, text: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.tmp`;
  const file = await open(draft, "w", 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const top = resolve(home);
  for (let directory = dirname(resolve(path)); ; directory = dirname(directory)) {
    await syncDirectory(directory);
    if (directory === top || directory === dirname(directory)) return;
  }
};
