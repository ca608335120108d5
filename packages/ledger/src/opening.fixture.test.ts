import { encodeText } from "@dure/types";
import { LedgerError } from "./error.ts";
import { BLOCK_MS, CHANNEL, type ChainBlock, GENESIS, LIMITS, receiptsOf, suite } from "./fixture.test.ts";
import type { Ledger } from "./ledger.ts";
import type { LedgerOptions } from "./open-ledger.ts";
import type { Write } from "./state/state.ts";

export const RECORD = encodeText("a fresh record");
export const KEY = new Uint8Array(32).fill(5);

export const optionsOf = (directory: string, more: Partial<LedgerOptions> = {}): LedgerOptions => ({
  directory,
  suite,
  channelId: CHANNEL,
  genesis: GENESIS,
  freshRecord: RECORD,
  publicKey: KEY,
  limits: LIMITS,
  longestLifeMs: 10 * BLOCK_MS,
  ...more,
});

export const keyOf = (name: string) => encodeText(name);

export const writesOf = ({ height, transactions }: ChainBlock): readonly (readonly Write[])[] =>
  transactions.map((_, index) => [
    { key: keyOf(`account-${(height * 7 + index) % 40}`), value: encodeText(`${height}.${index}`) },
    { key: keyOf(`gone-${height}`), value: encodeText("x") },
    ...(height > 1 ? [{ key: keyOf(`gone-${height - 1}`), value: undefined }] : []),
  ]);

export const applyGenesis = (ledger: Ledger) =>
  ledger.apply({ height: 0, receipts: [], writes: [[{ key: keyOf("supply"), value: encodeText("1000") }]] });

export const applyBlock = (ledger: Ledger, block: ChainBlock) =>
  ledger.apply({ height: block.height, receipts: receiptsOf(block), writes: writesOf(block) });

export const fill = async (ledger: Ledger, chain: readonly ChainBlock[]): Promise<void> => {
  await applyGenesis(ledger);
  for (const block of chain) {
    await ledger.append([block.block]);
    await applyBlock(ledger, block);
  }
};

export const refusedWith = (code: string) => (error: unknown) =>
  error instanceof LedgerError && error.code === code;
