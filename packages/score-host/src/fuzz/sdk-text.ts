import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Returns the author's SDK as a script that declares `sdk`, and its schemas as `schema`. */
export const sdkText = async (): Promise<string> => {
  const { outputFiles } = await build({
    stdin: {
      contents: 'export * as sdk from "@dure/score"; export * as schema from "@dure/score/schema";',
      resolveDir: dirname(fileURLToPath(import.meta.url)),
      loader: "js",
    },
    bundle: true,
    write: false,
    format: "iife",
    globalName: "bundled",
    platform: "neutral",
    mainFields: ["module", "main"],
    conditions: ["import", "default"],
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
  });
  return `${outputFiles[0]?.text}\nconst { sdk, schema } = bundled;\n`;
};
