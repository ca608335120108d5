/** The home of a peer whose channel has a long chain. */
import { join } from "node:path";
import { createLft } from "@dure/consensus";
import { channelDirectory, type Ledger, openLedger } from "@dure/ledger";
import { type ExecutionCertificate, encodeText, type Hash } from "@dure/types";
import { type Consortium, carry, foundConsortium, suite } from "./consortium.ts";
import { certifyCommit, certifyExecution, type MadeBlock, nextBlock, receiptsOf } from "./next-block.ts";

const BLOCK_MS = 1_000;
/** Blocks that one commit makes final: its proof stands at the last of them. */
const COMMIT_BLOCKS = 10;
const DATA_EVERY = 10;
const DATA_COUNT = 3;
/** What any channel allows a block's header and body, as peers open their ledgers. */
const LIMITS = { headerBytesMax: 1 << 17, bodyBytesMax: 1 << 20 } as const;

const openHome = ({ config, channelId, epoch, genesisText }: Consortium, home: string): Promise<Ledger> => {
  const { spinInterval, lag, ...timing } = config.consensus;
  const engine = createLft({ suite, ...epoch, self: undefined, spinInterval, lag, timing });
  return openLedger({
    directory: channelDirectory(home, channelId),
    suite,
    channelId,
    genesis: encodeText(genesisText),
    freshRecord: engine.freshRecord(),
    limits: { ...LIMITS, batchBytesMax: config.limits.batchBytesMax },
    longestLifeMs: config.limits.longestLifeMs,
  });
};

/** Executes blocks of data, which write nothing, and certifies what came of the last. */
const execute = async (
  consortium: Consortium,
  ledger: Ledger,
  blocks: readonly MadeBlock[],
): Promise<ExecutionCertificate> => {
  let certificate: ExecutionCertificate | undefined;
  for (const [at, made] of blocks.entries()) {
    const { height, epoch } = made.header;
    const writes = made.transactions.map(() => []);
    const roots = await ledger.apply({ height, receipts: receiptsOf(made), writes });
    if (at === blocks.length - 1) certificate = certifyExecution(consortium, { epoch, height, ...roots });
  }
  if (certificate === undefined) throw new Error("a commit has at least one block");
  return certificate;
};

/**
 * Makes, in a new directory, all that a following peer needs to start with a chain of `blocks` blocks (`peerOptions`
 * of consortium.ts names the parts): a block a second up to now, in every tenth some data, a commit certificate every
 * ten, and in the next header the certificate of what came of them.
 */
export const makeLongChain = async (directory: string, blocks: number): Promise<void> => {
  const foundedMs = Date.now() - (blocks + 1) * BLOCK_MS;
  const consortium = await foundConsortium(foundedMs);
  const ledger = await openHome(consortium, join(directory, "home"));
  try {
    await ledger.apply({ height: 0, receipts: [], writes: [] });
    let parentId: Hash = consortium.epoch.base.blockId;
    let execution: ExecutionCertificate | undefined;
    for (let first = 1; first <= blocks; first += COMMIT_BLOCKS) {
      const committed: MadeBlock[] = [];
      for (let height = first; height < first + COMMIT_BLOCKS && height <= blocks; height++) {
        const made = nextBlock(consortium, {
          height,
          parentId,
          timestampMs: foundedMs + height * BLOCK_MS,
          count: height % DATA_EVERY === 0 ? DATA_COUNT : 0,
          execution: height === first ? execution : undefined,
        });
        committed.push(made);
        parentId = made.id;
      }
      await ledger.append(
        committed.map(({ block }) => block),
        certifyCommit(consortium, committed.at(-1) as MadeBlock),
        committed.map(({ transactions }) => transactions.map(({ id }) => id)),
      );
      execution = await execute(consortium, ledger, committed);
    }
    if (execution !== undefined) await ledger.saveExecutionCertificate(execution);
  } finally {
    await ledger.close();
  }
  await carry(directory, consortium);
};
