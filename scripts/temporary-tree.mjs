/** Files in a temporary directory, for the tests of the scripts. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * Writes the files (text, or a value to be written as JSON) and returns their directory's absolute path; it is
 * deleted when the test `t` has ended.
 */
export const temporaryTree = (t, files) => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "dure-tree-")));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return root;
};
