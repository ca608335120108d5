/** `npm run soak [-- --minutes N --rate N]`: four peers under steady load, and whether their memory stays flat. */
import { parseArgs } from "node:util";
import { medianOf, quantile } from "../quantiles.ts";
import { settled, withNetwork } from "../throughput/bench.ts";
import { memoryOf, statusOf } from "../throughput/network.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    rate: { type: "string", default: "500" },
  },
});
const minutes = Number(values.minutes);
const perSecond = Number(values.rate);
if (!(Number.isInteger(minutes) && minutes >= 4 && Number.isInteger(perSecond) && perSecond >= 50))
  throw new Error("--minutes is a whole number from 4, --rate one from 50");

const BATCH = 25;
const MEGABYTE = 1e6;

await withNetwork({}, async ({ network, loader }) => {
  const peerMemory: number[] = [];
  const hostMemory: number[] = [];
  let done = 0;
  let distinct = 0;
  console.log("| minute | transactions | lost, failed | p50, p99 until final | greatest peer | its hosts |");
  console.log("|---|---|---|---|---|---|");
  for (let minute = 1; minute <= minutes; minute++) {
    const shape = { kind: "open", perSecond } as const;
    const result = await loader.run({ shape, batch: BATCH, wait: "final", seconds: 60 });
    done += result.done;
    distinct += result.distinct;
    const memory = network.peers.map(memoryOf);
    peerMemory.push(Math.max(...memory.map(({ peer }) => peer)) / MEGABYTE);
    hostMemory.push(Math.max(...memory.map(({ hosts }) => hosts)) / MEGABYTE);
    const [p50, p99] = [0.5, 0.99].map((share) => quantile(result.latenciesMs, share).toFixed(1));
    console.log(
      `| ${minute} | ${done} | ${result.lost}, ${result.failed} | ${p50}, ${p99} ms | ${peerMemory.at(-1)?.toFixed(0)} MB | ${hostMemory.at(-1)?.toFixed(0)} MB |`,
    );
  }
  // Throws unless all peers have executed the same height to the same state.
  await settled(network);
  const [first] = network.peers;
  const { transactionCount } = await statusOf(first as NonNullable<typeof first>);
  const quarter = Math.floor(minutes / 4);
  const early = medianOf(peerMemory.slice(quarter, 2 * quarter));
  const late = medianOf(peerMemory.slice(-quarter));
  console.log(
    `\n${done} acknowledged, ${distinct} of them distinct, ${transactionCount} in the chain. ` +
      `Memory of a peer: ${early.toFixed(0)} MB in the second quarter, ${late.toFixed(0)} MB in the last.`,
  );
  if (done !== distinct || transactionCount < done) process.exitCode = 1;
});
