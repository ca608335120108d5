import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { decodeText, encodeText } from "@dure/types";
import { LedgerError } from "./error.ts";
import {
  CHANNEL,
  type ChainBlock,
  GENESIS,
  LIMITS,
  makeChain,
  receiptsOf,
  suite,
  temporary,
} from "./fixture.test.ts";
import type { Ledger } from "./ledger.ts";
import { openLedger } from "./open-ledger.ts";

/** This file is also the process that is killed: `node crash.test.js append <directory> <payload bytes>`. */
const [, , mode, home = "", payloadBytes = "10"] = process.argv;
const BLOCKS = 400;
const KILLS = 8;

const openAt = (
  directory: string,
  more: { readonly compactBytes?: number; readonly segmentBytes?: number },
) =>
  openLedger({
    directory,
    suite,
    channelId: CHANNEL,
    genesis: GENESIS,
    freshRecord: encodeText("0"),
    publicKey: new Uint8Array(32),
    limits: LIMITS,
    longestLifeMs: 60_000,
    ...more,
  });

/** Small, so that the kills fall on compactions and new segments too. */
const SMALL = { compactBytes: 4096, segmentBytes: 8192 };

const execute = async (ledger: Ledger, chain: readonly ChainBlock[], to: number): Promise<void> => {
  for (let height = ledger.executedHeight() + 1; height <= to; height++) {
    const block = chain[height - 1];
    if (height === 0 || block === undefined) await ledger.apply({ height: 0, receipts: [], writes: [] });
    else {
      const value = encodeText(`${height}`);
      const writes = block.transactions.map(({ id }) => [{ key: encodeText(id.slice(0, 2)), value }]);
      await ledger.apply({ height, receipts: receiptsOf(block), writes });
    }
  }
};

const say = (line: string): void => {
  writeSync(1, `${line}\n`);
};

/** Votes for, appends and executes block after block, and says what was acknowledged. */
const appendForEver = async (more: Parameters<typeof openAt>[1]): Promise<void> => {
  const chain = makeChain(BLOCKS, { transactionsPerBlock: 1, payloadBytes: Number(payloadBytes) });
  const ledger = await openAt(home, more);
  const head = ledger.head()?.height ?? 0;
  try {
    for (const { height, block } of chain.slice(head)) {
      const voted = ledger.journal.append(encodeText(`${height}`), [block]);
      await voted;
      say(`voted ${height}`);
      await ledger.append([block]);
      say(`final ${height}`);
      ledger.journal.release(() => false);
      await execute(ledger, chain, height);
    }
  } catch (error) {
    say(`failed ${error instanceof LedgerError ? error.code : String(error)}`);
    const again = ledger.journal.append(encodeText("after"), []);
    await again.then(
      () => say("voted after"),
      (second: unknown) => say(`refused ${second instanceof LedgerError ? second.code : String(second)}`),
    );
    // A failed ledger may not close cleanly, and owes nothing any more.
    process.exit(3);
  }
  await ledger.close();
};

type Acknowledged = { voted: number; final: number; readonly said: string[] };

const listen = async (
  child: ChildProcess,
  onLine: (acknowledged: Acknowledged) => void,
): Promise<Acknowledged> => {
  const acknowledged: Acknowledged = { voted: 0, final: 0, said: [] };
  assert(child.stdout !== null);
  for await (const line of createInterface({ input: child.stdout })) {
    const [kind, what] = line.split(" ") as [string, string];
    if (kind === "voted") acknowledged.voted = Number(what);
    else if (kind === "final") acknowledged.final = Number(what);
    else if (kind === "failed" || kind === "refused") acknowledged.said.push(line);
    onLine(acknowledged);
  }
  return acknowledged;
};

/** Without the runner's own variable, which would make the child a test of its own. */
const environment = (): NodeJS.ProcessEnv => {
  const { NODE_TEST_CONTEXT: _, ...rest } = process.env;
  return rest;
};

const numberOf = (record: Uint8Array | undefined): number => Number(decodeText(record ?? encodeText("NaN")));

if (mode === "append") await appendForEver(SMALL);
else if (mode === "fill") await appendForEver({});
else {
  test(`nothing acknowledged is lost or doubled over ${KILLS} kills`, async () => {
    const directory = await temporary();
    const chain = makeChain(BLOCKS, { transactionsPerBlock: 1 });
    for (let round = 1; round <= KILLS; round++) {
      const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "append", directory], {
        stdio: ["ignore", "pipe", "inherit"],
        env: environment(),
      });
      const closed = once(child, "close");
      // Another line of progress each round, so that kills fall between different writes.
      let left = 3 + ((round * 7) % 23);
      const { voted, final } = await listen(child, () => {
        if (--left === 0) child.kill("SIGKILL");
      });
      await closed;
      assert(final > 0, "the child made progress");
      const ledger = await openAt(directory, SMALL);
      const height = ledger.head()?.height ?? 0;
      assert(height >= final && height <= final + 1, `final ${final}, found ${height}`);
      assert.equal(ledger.journal.damaged, false);
      assert(numberOf(ledger.journal.record) >= voted, `voted ${voted}`);
      assert.deepEqual(ledger.damage(), []);
      if (voted > height)
        assert.deepEqual(
          ledger.journal.blocks.map(({ headerBytes }) => headerBytes),
          [chain[voted - 1]?.block.headerBytes],
        );
      assert(ledger.executedHeight() <= height);
      await execute(ledger, chain, height);
      for (let at = 1; at <= height; at++) assert.equal((await ledger.read(at))?.blockId, chain[at - 1]?.id);
      if (round === KILLS) {
        const fresh = await openAt(await temporary(), {});
        await fresh.append(chain.slice(0, height).map(({ block }) => block));
        await execute(fresh, chain, height);
        assert.equal(fresh.stateRoot(), ledger.stateRoot());
        await fresh.close();
      }
      await ledger.close();
    }
  });

  const noShell = process.platform === "win32" ? "needs a shell that limits file sizes" : false;
  test("a disk that takes no more is a clear failure, and nothing is acknowledged in part", {
    skip: noShell,
  }, async () => {
    const directory = await temporary();
    // No file may grow above 128 blocks of 512 bytes: a real refusal of the system, in the middle of a write.
    const script = 'ulimit -f 128; exec "$0" "$@"';
    const child = spawn(
      "sh",
      ["-c", script, process.execPath, fileURLToPath(import.meta.url), "fill", directory, "3000"],
      { stdio: ["ignore", "pipe", "inherit"], env: environment() },
    );
    const closed = once(child, "close");
    const { voted, final, said } = await listen(child, () => undefined);
    const [status] = await closed;
    assert.equal(status, 3);
    assert.deepEqual(said, ["failed UNWRITABLE", "refused UNWRITABLE"]);
    const ledger = await openAt(directory, {});
    assert(final > 0 && ledger.head()?.height === final, `final ${final}, found ${ledger.head()?.height}`);
    assert.equal(numberOf(ledger.journal.record), voted);
    await ledger.close();
  });
}
