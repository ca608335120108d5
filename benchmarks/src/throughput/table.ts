/** The report as a table, in Markdown. */
import type { Point, Report } from "./run.ts";

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const ms = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(value < 100 ? 1 : 0));
const times = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ×`;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;

type Row = readonly [name: string, value: string];

const tableOf = (rows: readonly Row[]): string =>
  ["| figure | measured |", "|---|---|", ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join("\n");

const cpuRows = ({ saturation, parts }: Report): readonly Row[] => {
  const { peerMain, peerVerify, peerOther, scoreHost, client } = saturation.cpuUs;
  const us = (value: number): string => `${value.toFixed(1)} µs`;
  return [
    ["CPU of a transaction, per peer: verifying thread", us(peerVerify)],
    ["per peer: main thread", us(peerMain)],
    ...Object.entries(parts ?? {})
      .toSorted(([, a], [, b]) => b - a)
      .map(([part, share]): Row => [`– of it ${part}`, us(share * peerMain)]),
    ["per peer: its other threads (disk, LevelDB, V8)", us(peerOther)],
    ["per peer: score hosts", us(scoreHost)],
    ["the client, signing included", us(client)],
  ];
};

const pointRows = (growth: Report["growth"]): readonly Row[] =>
  Object.entries(growth).flatMap(([name, points]) =>
    points.map(
      ({ at, perSecond, p50Ms }: Point): Row => [
        `${name}: ${at}`,
        `${whole(perSecond)} tx/s, p50 ${ms(p50Ms)} ms`,
      ],
    ),
  );

/** The sum of a sync and a round trip, which latencies are compared to. */
const unitOf = ({ machine }: Report): number => machine.syncMs + machine.roundTripMs;

export const rowsOf = (report: Report): readonly Row[] => {
  const { machine, ceiling, saturation, singles, idle, loads, restart, etcd } = report;
  const unit = unitOf(report);
  const latency = (p50: number, p99: number, p999: number): string =>
    `p50 ${ms(p50)}, p99 ${ms(p99)}, p99.9 ${ms(p999)} ms; p50 is ${times(p50 / unit)} a sync and a round trip`;
  return [
    ["machine", `${machine.cores} × ${report.cpu}, Node.js ${report.node}`],
    ["Ed25519 verifications of all cores", `${whole(machine.verificationsPerSecond)} a second`],
    ["crypto ceiling C for four validators", `${whole(ceiling)} tx/s`],
    ["one small append and sync", `${ms(machine.syncMs)} ms`],
    ["one round trip over gRPC with mutual TLS", `${ms(machine.roundTripMs)} ms`],
    [
      "saturation, slowest of four peers, receipts checked",
      `${whole(saturation.perSecond)} tx/s = ${(saturation.perSecond / ceiling).toFixed(2)} C (runs: ${report.saturationRuns.map(whole).join(", ")})`,
    ],
    [
      "the same, one transaction in a request",
      `${whole(singles.perSecond)} tx/s = ${(singles.perSecond / ceiling).toFixed(2)} C`,
    ],
    ["idle, until final", latency(idle.final.p50, idle.final.p99, idle.final.p999)],
    ["idle, until the receipt", latency(idle.executed.p50, idle.executed.p99, idle.executed.p999)],
    ...loads.map(
      ({ share, perSecond, loaded: { latencyMs } }): Row => [
        `until final at ${percent(share)} of saturation (${whole(perSecond)} tx/s)`,
        latency(latencyMs.p50, latencyMs.p99, latencyMs.p999),
      ],
    ),
    ...cpuRows(report),
    ["transactions in a block at saturation", whole(saturation.transactionsPerBlock)],
    ["signatures verified per transaction and peer", saturation.perTransaction.verified.toFixed(3)],
    ["syncs per block and peer", saturation.perBlock.syncs.toFixed(2)],
    ["frames sent per block and peer", saturation.perBlock.frames.toFixed(1)],
    ["bytes sent per transaction and peer", whole(saturation.perTransaction.bytesSent)],
    ["bytes of journal and log per transaction and peer", whole(saturation.perTransaction.bytesLogged)],
    ["bytes of a peer's home per transaction at the end", whole(report.diskBytesPerTransaction)],
    [
      "memory of a peer and of its score hosts at saturation",
      `${megabytes(saturation.memory.peer)} and ${megabytes(saturation.memory.hosts)}`,
    ],
    ...(restart === undefined
      ? []
      : ([
          [
            `restart of a peer after ${whole(restart.transactions)} transactions, Node.js included`,
            `${restart.restartS.toFixed(1)} s until it answers at its old height`,
          ],
          [
            "a peer that lost its chain catches up",
            `${whole(restart.catchUpPerSecond)} tx/s = ${times(restart.catchUpPerSecond / restart.livePerSecond)} the live rate of ${whole(restart.livePerSecond)}`,
          ],
          [
            "the same, begun with a snapshot, all blocks being of the last ten minutes",
            `${whole(restart.snapshotPerSecond)} tx/s`,
          ],
        ] as const)),
    ...pointRows(report.growth),
    ...(etcd === undefined
      ? []
      : ([
          [
            `three nodes of ${etcd.version}, puts of 300 bytes, 256 in flight`,
            `${whole(etcd.perSecond)} a second, p50 ${ms(etcd.p50Ms)} ms; idle p50 ${ms(etcd.idleP50Ms)} ms`,
          ],
        ] as const)),
  ];
};

export const markdownOf = (report: Report): string => tableOf(rowsOf(report));
