/** Words that do not belong: paths of one machine, reminders to oneself, tests that are switched off. */
import { isTest } from "./tree.mjs";

const TEXT = /\.(ts|tsx|mts|mjs|js|json|md|yml|yaml|sh|toml|html|css|proto)$/;

/** A directory of someone's machine, as the start of a path. */
const MACHINE = /(?<![\w./-])\/(?:tmp|home|root|work|Users)\/[\w.-]/;
const REMINDER = new RegExp(`\\b(${["TO" + "DO", "FIX" + "ME", "X".repeat(3)].join("|")})\\b`);
const SWITCHED_OFF = /\b(?:test|it|describe|suite|t)\.(?:only|skip|todo)\(/;

/** Returns a sentence per breach. */
export const wordFindings = (tree) =>
  tree.files
    .filter((path) => TEXT.test(path) && path !== "package-lock.json")
    .flatMap((path) =>
      tree
        .text(path)
        .split("\n")
        .flatMap((line, at) => [
          ...(tree.code.includes(path) && !isTest(path) && MACHINE.test(line)
            ? [`${path}:${at + 1}: a path of one machine`]
            : []),
          ...(REMINDER.test(line) ? [`${path}:${at + 1}: a reminder; do it, or open an issue`] : []),
          ...(isTest(path) && tree.code.includes(path) && SWITCHED_OFF.test(line)
            ? [`${path}:${at + 1}: a test that is switched off, or switches off the others`]
            : []),
        ]),
    );
