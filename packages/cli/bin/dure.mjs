#!/usr/bin/env node
// Committed rather than built: npm links a bin only when its file exists at install, and on a fresh clone
// dist/ does not. It is kept to syntax that old releases parse, so that they reach the sentence below.
import { existsSync } from "node:fs";

const major = Number(process.versions.node.split(".")[0]);
const main = new URL("../dist/main.js", import.meta.url);

if (major < 20) {
  console.error(
    "dure needs Node.js 20 or later; this is " +
      process.version +
      ". Install a newer one: https://nodejs.org",
  );
  process.exitCode = 1;
} else if (!existsSync(main)) {
  console.error("dure is not built yet. Run `npm run build` at the root of the repository, then try again.");
  process.exitCode = 1;
} else {
  import(main.href).catch((error) => {
    console.error(error);
    process.exitCode = 1;
  });
}
