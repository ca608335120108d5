import assert from "node:assert/strict";
import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Evidence } from "@dure/consensus";
import { parseHash } from "@dure/types";
import { pino } from "pino";
import { EvidenceStore } from "./evidence-store.ts";

const logger = pino({ level: "silent" });
const claim = (byte: string, signature: number) =>
  ({
    type: "vote",
    view: 7,
    blockId: parseHash(byte.repeat(32)) ?? assert.fail(),
    signature: new Uint8Array(64).fill(signature),
  }) as const;
const evidence: Evidence = { epoch: 1, validator: 3, first: claim("0a", 1), second: claim("0b", 2) };

test("evidence is kept once, over restarts, and what a crash cut off is passed over", async () => {
  const directory = await mkdtemp(join(tmpdir(), "dure-evidence-"));
  try {
    const path = join(directory, "channel", "evidence");
    const store = await EvidenceStore.open(path, logger);
    assert.equal(await store.add(evidence), true);
    assert.equal(await store.add(evidence), false);
    await appendFile(path, "AAEC");
    const again = await EvidenceStore.open(path, logger);
    assert.deepEqual(again.list(), [evidence]);
    assert.equal(await again.add({ ...evidence, validator: 2 }), true);
    assert.equal((await EvidenceStore.open(path, logger)).list().length, 2);
  } finally {
    await rm(directory, { recursive: true });
  }
});
