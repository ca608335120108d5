import { isBuiltin } from "node:module";
import { posix } from "node:path";

/**
 * What an import specifier names: `{ kind: "relative" }`, `{ kind: "builtin" }`, or `{ kind: "package", name,
 * subpath }` with the subpath as in a manifest's `exports` ("." or "./x").
 */
export const readSpecifier = (specifier) => {
  if (specifier.startsWith(".")) return { kind: "relative" };
  if (isBuiltin(specifier)) return { kind: "builtin" };
  const parts = specifier.split("/");
  const length = specifier.startsWith("@") ? 2 : 1;
  const rest = parts.slice(length).join("/");
  return {
    kind: "package",
    name: parts.slice(0, length).join("/"),
    subpath: rest === "" ? "." : `./${rest}`,
  };
};

/** The source that a relative specifier in `path` names, whether it is written with the source's ending or the output's. */
export const resolveRelative = (files, path, specifier) => {
  const target = posix.join(posix.dirname(path), specifier);
  const candidates = [
    target,
    target.replace(/\.js$/, ".ts"),
    target.replace(/\.js$/, ".tsx"),
    target.replace(/\.mjs$/, ".mts"),
  ];
  return candidates.find((candidate) => files.has(candidate));
};

/** The source of what an `exports` entry serves: `./dist/x.js` comes from `src/x.ts`. Undefined when there is none yet. */
export const sourceOfExport = (files, directory, target) => {
  const file = typeof target === "string" ? target : (target?.import ?? target?.default);
  return file === undefined
    ? undefined
    : resolveRelative(files, `${directory}/package.json`, file.replace(/^\.\/dist\//, "./src/"));
};
