/**
 * `npm run pack:client [-- --out DIR] [--json]`: the client as the package that other projects install. What it needs of
 * this repository goes into it, module by module, so that it brings third-party packages alone; the sizes are printed.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve, sep } from "node:path";
import { gzipSync } from "node:zlib";
import { root } from "./root.mjs";

const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(["'])([^"'\s]+)\2/g;
const jsonOf = (path) => JSON.parse(readFileSync(path, "utf8"));
const manifestOf = (short) => jsonOf(join(root, "packages", short, "package.json"));

/** The built file that a specifier of ours names, with the ending wanted. */
const ownFile = (specifier, ending) => {
  const [, short, subpath] = /^@dure\/([^/]+)(\/.*)?$/.exec(specifier);
  const target = manifestOf(short).exports[subpath === undefined ? "." : `.${subpath}`];
  return join(root, "packages", short, target).replace(/\.js$/, ending);
};

/** `packages/types/dist/hash.js` becomes `types/hash.js`. */
const placeOf = (file) => {
  const [, short, , ...rest] = relative(root, file).split(sep);
  return [short, ...rest].join("/");
};

/** The files that one reaches, each with its text rewritten for its new place; `others` gathers what is not ours. */
const gather = (entry, ending, others) => {
  const found = new Map();
  const visit = (file) => {
    if (found.has(file)) return;
    found.set(file, "");
    const text = readFileSync(file, "utf8").replaceAll(SPECIFIER, (whole, before, quote, specifier) => {
      const isOwn = specifier.startsWith("@dure/");
      if (!isOwn && !specifier.startsWith(".")) {
        others.add(specifier);
        return whole;
      }
      const target = isOwn
        ? ownFile(specifier, ending)
        : resolve(dirname(file), specifier).replace(/\.(js|ts)$/, ending);
      visit(target);
      const way = relative(dirname(placeOf(file)), placeOf(target)).replaceAll(sep, "/");
      const js = (way.startsWith(".") ? way : `./${way}`).replace(/\.d\.ts$/, ".js");
      return `${before}${quote}${js}${quote}`;
    });
    found.set(file, text.replace(/^\/\/# sourceMappingURL=.*\n?/m, ""));
  };
  visit(entry);
  return found;
};

/** Third-party packages among specifiers, with the versions that this repository pins. Fails for a module of Node's. */
const dependenciesOf = (specifiers, shorts) => {
  const pins = Object.assign({}, ...shorts.map((short) => manifestOf(short).dependencies));
  return Object.fromEntries(
    [...specifiers].sort().map((specifier) => {
      const name = specifier
        .split("/")
        .slice(0, specifier.startsWith("@") ? 2 : 1)
        .join("/");
      if (pins[name] === undefined) throw new Error(`the client reaches ${specifier}, which no browser has`);
      return [name, pins[name]];
    }),
  );
};

/** Writes the package's files to a directory. */
const stage = (directory) => {
  const client = join(root, "packages", "client");
  const others = new Set();
  const files = [
    ...gather(join(client, "dist", "index.js"), ".js", others),
    ...gather(join(client, "dist", "index.d.ts"), ".d.ts", others),
  ];
  const shorts = [...new Set(files.map(([file]) => placeOf(file).split("/")[0]))];
  for (const [file, text] of files) {
    const target = join(directory, "dist", placeOf(file));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
  const { name, version, description, license, engines } = manifestOf("client");
  const manifest = {
    ...{ name, version, description, license, engines },
    keywords: ["ledger", "blockchain", "consortium", "finality", "proof"],
    type: "module",
    sideEffects: false,
    exports: { ".": { types: "./dist/client/index.d.ts", default: "./dist/client/index.js" } },
    files: ["dist"],
    dependencies: dependenciesOf(others, shorts),
  };
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  cpSync(join(client, "README.md"), join(directory, "README.md"));
  cpSync(join(root, "LICENSE"), join(directory, "LICENSE"));
};

/** What a page that uses all of it loads: one bundle, minified, and compressed as servers do. */
const bundleSize = async (entry) => {
  const esbuild = createRequire(join(root, "packages", "score-host", "package.json"))("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    write: false,
    nodePaths: [join(root, "node_modules")],
    logLevel: "error",
    external: ["module", "fs", "path", "url", "crypto"],
  });
  const [bundle] = outputFiles;
  return { minified: bundle.contents.length, gzipped: gzipSync(bundle.contents).length };
};

const npm = (args, cwd) =>
  execFileSync("npm", args, {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "ignore"],
  });

const main = async (args) => {
  const out = resolve(args.includes("--out") ? args[args.indexOf("--out") + 1] : root);
  const directory = mkdtempSync(join(tmpdir(), "dure-pack-"));
  try {
    stage(directory);
    mkdirSync(out, { recursive: true });
    const [packed] = JSON.parse(npm(["pack", "--json", "--pack-destination", out], directory));
    const bundle = await bundleSize(join(directory, "dist", "client", "index.js"));
    const report = {
      file: join(out, packed.filename.replace("@", "").replace("/", "-")),
      packedBytes: packed.size,
      unpackedBytes: packed.unpackedSize,
      files: packed.entryCount,
      bundleBytes: bundle.minified,
      bundleGzippedBytes: bundle.gzipped,
    };
    const kB = (bytes) => `${(bytes / 1_000).toFixed(1)} kB`;
    console.log(
      args.includes("--json")
        ? JSON.stringify(report)
        : `${report.file}\npacked ${kB(report.packedBytes)}, unpacked ${kB(report.unpackedBytes)} in ${report.files} files\nall of it in a browser's bundle, with libsodium's wasm: ${kB(report.bundleBytes)} minified, ${kB(report.bundleGzippedBytes)} compressed`,
    );
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
};

await main(process.argv.slice(2));
