import assert from "node:assert/strict";
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import {
  type ExecutionCertificate,
  encodeText,
  NO_SIGNATURES,
  rootOfPath,
  toHex,
  ZERO_HASH,
} from "@dure/types";
import type { LedgerEvent } from "./event.ts";
import { type ChainBlock, makeChain, OTHER_CHANNEL, suite, temporary } from "./fixture.test.ts";
import type { Ledger } from "./ledger.ts";
import { type LedgerOptions, openLedger } from "./open-ledger.ts";
import {
  applyBlock,
  applyGenesis,
  fill,
  keyOf,
  optionsOf,
  RECORD,
  refusedWith,
} from "./opening.fixture.test.ts";
import { verifyStateProof } from "./state/proof.ts";

test("a new home is made, and opens again as it was left", async () => {
  const directory = join(await temporary(), "channel");
  const chain = makeChain(30);
  const events: LedgerEvent[] = [];
  let ledger = await openLedger(optionsOf(directory, { onEvent: (event) => events.push(event) }));
  assert.equal(ledger.created, true);
  assert.deepEqual(ledger.journal.record, RECORD);
  assert.equal(ledger.executedHeight(), -1);
  assert.equal(ledger.head(), undefined);
  await fill(ledger, chain);
  const root = ledger.stateRoot();
  await ledger.close();
  assert.deepEqual(
    events.map(({ type }) => type),
    ["created"],
  );

  const again: LedgerEvent[] = [];
  ledger = await openLedger(optionsOf(directory, { onEvent: (event) => again.push(event) }));
  assert.equal(ledger.created, false);
  assert.equal(ledger.head()?.height, 30);
  assert.equal(ledger.head()?.blockId, chain[29]?.id);
  assert.equal(ledger.executedHeight(), 30);
  assert.equal(ledger.stateRoot(), root);
  assert.equal(ledger.roots(30)?.stateRoot, root);
  assert.deepEqual(again, []);
  for (const { id, height, block } of chain) {
    assert.equal(await ledger.heightOf(id), height);
    assert.deepEqual((await ledger.read(height))?.block, block);
  }
  await ledger.close();
});

test("state, receipts and transactions are proven under the roots", async () => {
  const directory = await temporary();
  const chain = makeChain(12);
  const ledger = await openLedger(optionsOf(directory));
  await fill(ledger, chain);
  const root = ledger.stateRoot();
  const supply = verifyStateProof(suite, root, keyOf("supply"), ledger.prove(keyOf("supply")));
  assert.deepEqual(supply.kind === "present" && supply.version, { height: 0, index: 0 });
  assert.equal(verifyStateProof(suite, root, keyOf("gone-3"), ledger.prove(keyOf("gone-3"))).kind, "absent");
  assert.equal(ledger.get(keyOf("gone-3")), undefined);
  assert.deepEqual(ledger.get(keyOf("gone-12"))?.version, { height: 12, index: 1 });
  for (const { height, header, transactions } of chain) {
    for (const [index, transaction] of transactions.entries()) {
      const receipt = ledger.receiptProof(transaction.id);
      assert(receipt !== undefined);
      assert.deepEqual([receipt.height, receipt.index], [height, index]);
      assert.equal(rootOfPath(suite, receipt.receipt, receipt.path), ledger.roots(height)?.receiptsRoot);
      const inclusion = await ledger.transactionProof(transaction.id);
      assert(inclusion !== undefined);
      assert.equal(rootOfPath(suite, inclusion.transaction, inclusion.path), header.bodyRoot);
      assert.equal(inclusion.chain.headers.length, 1);
    }
  }
  assert.equal(ledger.receiptProof(ZERO_HASH), undefined);
  await ledger.close();
});

test("a transaction that is final and not executed is proven where it stands, and nowhere else", async () => {
  const ledger = await openLedger(optionsOf(await temporary()));
  const [block] = makeChain(1);
  assert(block !== undefined);
  await ledger.append([block.block]);
  const [first, second] = block.transactions;
  assert(first !== undefined && second !== undefined);
  assert.equal(await ledger.transactionProof(second.id), undefined);
  const proof = await ledger.transactionProof(second.id, { height: 1, index: 1 });
  assert(proof !== undefined);
  assert.deepEqual([proof.height, proof.index], [1, 1]);
  assert.equal(rootOfPath(suite, proof.transaction, proof.path), block.header.bodyRoot);
  for (const at of [
    { height: 1, index: 0 },
    { height: 1, index: 2 },
    { height: 2, index: 1 },
  ])
    assert.equal(await ledger.transactionProof(second.id, at), undefined);
  await ledger.close();
});

test("state that is lost, damaged or ahead of the log is dropped and leads to equal roots again", async (t) => {
  const directory = await temporary();
  const chain = makeChain(25);
  const ledger = await openLedger(optionsOf(directory));
  await fill(ledger, chain);
  const root = ledger.stateRoot();
  await ledger.close();
  const rebuild = async (home: string): Promise<readonly LedgerEvent[]> => {
    const events: LedgerEvent[] = [];
    const opened = await openLedger(optionsOf(home, { onEvent: (event) => events.push(event) }));
    assert.equal(opened.executedHeight(), -1);
    const last = opened.head()?.height ?? 0;
    await applyGenesis(opened);
    for (const block of chain.slice(0, last)) await applyBlock(opened, block);
    if (last === chain.length) assert.equal(opened.stateRoot(), root);
    for (const { id, height } of chain.slice(0, last)) assert.equal(await opened.heightOf(id), height);
    await opened.close();
    return events;
  };
  await t.test("lost", async () => {
    const home = join(await temporary(), "home");
    await cp(directory, home, { recursive: true });
    await rm(join(home, "state"), { recursive: true });
    await rebuild(home);
  });
  await t.test("damaged", async () => {
    const home = join(await temporary(), "home");
    await cp(directory, home, { recursive: true });
    for (const file of await readdir(join(home, "state")))
      if (/^MANIFEST/.test(file)) await writeFile(join(home, "state", file), "garbage");
    assert.deepEqual(
      (await rebuild(home)).map(({ type }) => type),
      ["stateDropped"],
    );
  });
  await t.test("ahead", async () => {
    const home = join(await temporary(), "home");
    await cp(directory, home, { recursive: true });
    const [segment] = (await readdir(join(home, "blocks"))).filter((file) => file.endsWith(".log"));
    const path = join(home, "blocks", segment as string);
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 1));
    assert.deepEqual(
      (await rebuild(home)).map(({ type }) => type),
      ["tailCut", "stateDropped"],
    );
  });
});

test("a foreign home is refused and nothing in it is changed", async () => {
  const directory = await temporary();
  const ledger = await openLedger(optionsOf(directory));
  await fill(ledger, makeChain(3));
  await ledger.close();
  const homeFile = await readFile(join(directory, "home.json"), "utf8");
  const journal = await readFile(join(directory, "journal"));
  const refusals: readonly Partial<LedgerOptions>[] = [
    { channelId: OTHER_CHANNEL },
    { publicKey: new Uint8Array(32).fill(6) },
    { publicKey: undefined },
    { genesis: encodeText("{}") },
  ];
  for (const more of refusals)
    await assert.rejects(openLedger(optionsOf(directory, more)), refusedWith("FOREIGN_HOME"));
  await writeFile(join(directory, "home.json"), homeFile.replace('"format":1', '"format":2'));
  await assert.rejects(openLedger(optionsOf(directory)), refusedWith("FOREIGN_HOME"));
  await writeFile(join(directory, "home.json"), "{");
  await assert.rejects(openLedger(optionsOf(directory)), refusedWith("DAMAGED"));
  await rm(join(directory, "home.json"));
  await assert.rejects(openLedger(optionsOf(directory)), refusedWith("DAMAGED"));
  assert.deepEqual(await readFile(join(directory, "journal")), journal);
  await writeFile(join(directory, "home.json"), homeFile);
  const again = await openLedger(optionsOf(directory));
  assert.equal(again.head()?.height, 3);
  await again.close();
});

test("a home in use is refused until its holder lets go", async () => {
  const directory = await temporary();
  const ledger = await openLedger(optionsOf(directory));
  await assert.rejects(openLedger(optionsOf(directory)), refusedWith("IN_USE"));
  await ledger.close();
  await (await openLedger(optionsOf(directory))).close();
});

test("a home whose making was interrupted is made; one that lost its journal has no record", async () => {
  const directory = await temporary();
  await (await openLedger(optionsOf(directory))).close();
  await rm(join(directory, "home.json"));
  const resumed = await openLedger(optionsOf(directory));
  assert.equal(resumed.created, true);
  assert.deepEqual(resumed.journal.record, RECORD);
  await resumed.close();
  await rm(join(directory, "journal"));
  const lost = await openLedger(optionsOf(directory));
  assert.equal(lost.journal.record, undefined);
  assert.equal(lost.journal.damaged, true);
  await assert.rejects(lost.journal.append(RECORD, []), refusedWith("DAMAGED"));
  await lost.append([(makeChain(1)[0] as ChainBlock).block]);
  assert.equal(lost.head()?.height, 1);
  await lost.close();
});

test("an old copy of the journal gives no record", async () => {
  const directory = await temporary();
  const [first, second] = makeChain(2) as [ChainBlock, ChainBlock];
  const ledger = await openLedger(optionsOf(directory));
  await ledger.journal.append(encodeText("one"), [first.block]);
  const old = await readFile(join(directory, "journal"));
  await ledger.journal.append(encodeText("two"), [second.block]);
  await ledger.append([first.block]);
  await ledger.close();
  const honest = await openLedger(optionsOf(directory));
  assert.deepEqual(honest.journal.record, encodeText("two"));
  assert.equal(honest.journal.blocks.length, 1);
  assert.equal(toHex(honest.journal.blocks[0]?.headerBytes ?? RECORD), toHex(second.block.headerBytes));
  await honest.close();
  await writeFile(join(directory, "journal"), old);
  const restored = await openLedger(optionsOf(directory));
  assert.equal(restored.journal.record, undefined);
  assert.equal(restored.journal.damaged, true);
  await restored.close();
});

test("replays are known while they may live, and after a restart", async () => {
  const directory = await temporary();
  const chain = makeChain(30);
  let ledger = await openLedger(optionsOf(directory));
  await fill(ledger, chain);
  for (const phase of ["running", "restarted"]) {
    for (const { height, transactions } of chain)
      for (const { id } of transactions)
        assert.equal(ledger.isCommitted(id), height >= 20, `${phase}: height ${height}`);
    assert.equal(ledger.isReplayComplete(), true);
    if (phase === "running") {
      await ledger.close();
      ledger = await openLedger(optionsOf(directory));
    }
  }
  await ledger.close();
});

test("damage in the middle is told, kept open, and mended only by the very blocks", async () => {
  const directory = await temporary();
  const chain = makeChain(12);
  let ledger = await openLedger(optionsOf(directory));
  await fill(ledger, chain);
  await ledger.close();
  const [segment] = await readdir(join(directory, "blocks"));
  const path = join(directory, "blocks", segment as string);
  const bytes = await readFile(path);
  const frame = bytes.length / 12;
  assert(Number.isInteger(frame));
  for (const height of [6, 7])
    bytes.writeUInt8(bytes.readUInt8((height - 1) * frame + 100) ^ 1, (height - 1) * frame + 100);
  await writeFile(path, bytes);
  const events: LedgerEvent[] = [];
  ledger = await openLedger(optionsOf(directory, { onEvent: (event) => events.push(event) }));
  assert.deepEqual(events, [{ type: "blocksDamaged", fromHeight: 6, toHeight: 7 }]);
  assert.deepEqual(ledger.damage(), [{ fromHeight: 6, toHeight: 7 }]);
  assert.equal(ledger.head()?.height, 12);
  assert.equal(ledger.executedHeight(), 12);
  assert.equal(ledger.isReplayComplete(), false);
  assert.equal(await ledger.read(6), undefined);
  assert.equal(await ledger.proofFor(6), undefined);
  assert.equal((await ledger.read(8))?.blockId, chain[7]?.id);
  const block = (height: number) => (chain[height - 1] as ChainBlock).block;
  const codeOf = (result: Awaited<ReturnType<Ledger["repair"]>>) => (result.ok ? "" : result.code);
  assert.equal(codeOf(await ledger.repair(5, block(5))), "NOT_DAMAGED");
  assert.equal(codeOf(await ledger.repair(6, block(6))), "CHILD_MISSING");
  assert.equal(codeOf(await ledger.repair(7, block(6))), "WRONG_BLOCK");
  assert.equal(codeOf(await ledger.repair(7, { ...block(7), batches: block(6).batches })), "WRONG_DATA");
  assert.deepEqual(await ledger.repair(7, block(7)), { ok: true });
  await ledger.close();
  ledger = await openLedger(optionsOf(directory));
  assert.deepEqual(ledger.damage(), [{ fromHeight: 6, toHeight: 6 }]);
  assert.deepEqual(await ledger.repair(6, block(6)), { ok: true });
  assert.equal(ledger.isReplayComplete(), true);
  assert.equal(ledger.isCommitted((chain[5] as ChainBlock).transactions[0]?.id ?? ZERO_HASH), true);
  await ledger.append([(makeChain(13)[12] as ChainBlock).block]);
  await ledger.close();
  ledger = await openLedger(optionsOf(directory));
  assert.deepEqual(ledger.damage(), []);
  for (const { height, id } of makeChain(13)) assert.equal((await ledger.read(height))?.blockId, id);
  assert.deepEqual((await readdir(join(directory, "blocks"))).length, 1);
  await ledger.close();
});

test("execution certificates are kept, and read from headers", async () => {
  const directory = await temporary();
  const certificateOf = (height: number): ExecutionCertificate => ({
    epoch: 1,
    height,
    stateRoot: ZERO_HASH,
    receiptsRoot: ZERO_HASH,
    signatures: NO_SIGNATURES,
  });
  const chain = makeChain(9, {
    executionOf: (height) => (height > 3 ? certificateOf(height - 3) : undefined),
  });
  let ledger = await openLedger(optionsOf(directory));
  await ledger.append(chain.map(({ block }) => block));
  assert.equal(ledger.head()?.executionHeight, 6);
  assert.equal(ledger.newestExecutionCertificate()?.height, 6);
  await ledger.saveExecutionCertificate(certificateOf(8));
  await ledger.close();
  ledger = await openLedger(optionsOf(directory));
  assert.equal(ledger.newestExecutionCertificate()?.height, 8);
  assert.deepEqual(ledger.executionCertificate(5), certificateOf(5));
  assert.equal(ledger.executionCertificate(7), undefined);
  assert.equal(ledger.head()?.executionHeight, 6);
  await ledger.close();
  await rm(join(directory, "state"), { recursive: true });
  ledger = await openLedger(optionsOf(directory));
  assert.equal(ledger.newestExecutionCertificate()?.height, 6);
  await ledger.close();
});

test("a block costs one sync of the log and a vote one of the journal", async () => {
  const directory = await temporary();
  const chain = makeChain(4);
  const ledger = await openLedger(optionsOf(directory));
  await ledger.append([(chain[0] as ChainBlock).block]);
  const before = ledger.diskCounts();
  await ledger.journal.append(RECORD, [(chain[1] as ChainBlock).block]);
  assert.equal(ledger.diskCounts().syncs - before.syncs, 1);
  await ledger.append(chain.slice(1).map(({ block }) => block));
  const { syncs, writes } = ledger.diskCounts();
  assert.deepEqual([syncs - before.syncs, writes - before.writes], [2, 2]);
  await ledger.close();
});
