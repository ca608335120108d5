import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { encodeText } from "@dure/types";
import { makeChain, temporary } from "./fixture.test.ts";
import { openLedger } from "./open-ledger.ts";
import { fill, optionsOf, refusedWith } from "./opening.fixture.test.ts";

test("a new key takes a home over with a fresh record, and the old key never gets it back", async () => {
  const directory = await temporary();
  const next = new Uint8Array(32).fill(6);
  const fresh = encodeText("another fresh record");
  let ledger = await openLedger(optionsOf(directory));
  const chain = makeChain(3);
  await fill(ledger, chain);
  await ledger.journal.append(encodeText("voted"), []);
  await ledger.close();
  const taken = optionsOf(directory, { publicKey: next, isKeyNew: true, freshRecord: fresh });
  ledger = await openLedger(taken);
  assert.equal(ledger.created, false);
  assert.equal(ledger.head()?.height, 3);
  assert.deepEqual(ledger.journal.record, fresh);
  await ledger.close();
  await assert.rejects(openLedger(optionsOf(directory)), refusedWith("FOREIGN_HOME"));
  ledger = await openLedger({ ...taken, isKeyNew: false });
  assert.deepEqual(ledger.journal.record, fresh);
  await ledger.close();
});

test("a home with a damaged journal is taken over by no key", async () => {
  const directory = await temporary();
  const ledger = await openLedger(optionsOf(directory));
  await fill(ledger, makeChain(3));
  await ledger.close();
  await writeFile(join(directory, "journal"), "garbage");
  const taken = optionsOf(directory, { publicKey: new Uint8Array(32).fill(6), isKeyNew: true });
  await assert.rejects(openLedger(taken), refusedWith("DAMAGED"));
});
