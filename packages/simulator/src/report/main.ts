import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { documentOf } from "./document.ts";
import {
  attackOf,
  NETWORKS,
  type NetworkName,
  type Row,
  rowOf,
  SIZES,
  VARIANTS,
  type VariantName,
} from "./settings.ts";

const PATH = fileURLToPath(new URL("../../../../docs/consensus-report.md", import.meta.url));

const rows: Row[] = [];
for (const network of Object.keys(NETWORKS) as NetworkName[])
  for (const validators of SIZES)
    for (const variant of Object.keys(VARIANTS) as VariantName[]) {
      const startedMs = performance.now();
      const row = rowOf(variant, network, validators);
      if (row === undefined) continue;
      rows.push(row);
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      process.stdout.write(`${network}, ${validators} validators, ${variant}: measured in ${seconds} s\n`);
    }
await writeFile(PATH, documentOf(rows, [1, 10, 1_000].map(attackOf)));
process.stdout.write(`${PATH}\n`);
