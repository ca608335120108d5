/** The report as tables, in Markdown. */
import { cpuUsOf } from "./host-load.ts";
import type { Point, Report } from "./run.ts";

const whole = (value: number): string => Math.round(value).toLocaleString("en");
const us = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} µs`;
const ms = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} ms`;
const times = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} ×`;
const megabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const perSecond = (costUs: number): string => whole(1e6 / costUs);

const tableOf = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const transferTable = ({ plainUs, plainSchemaUs, batches, schema, contracts, keys }: Report): string => {
  const row = (name: string, { cost, memoryBytes }: Point, baseUs: number): readonly string[] => [
    name,
    perSecond(cost.us),
    us(cost.us),
    us(cost.childUs),
    us(cost.parentUs),
    times(cpuUsOf(cost) / baseUs),
    megabytes(memoryBytes),
  ];
  const plain = (name: string, costUs: number): readonly string[] => [
    name,
    perSecond(costUs),
    us(costUs),
    "–",
    us(costUs),
    "1.00 ×",
    "–",
  ];
  return tableOf(
    [
      "transfers",
      "a second",
      "clock",
      "CPU of the host's process",
      "CPU of its parent",
      "CPU to the plain call's",
      "memory",
    ],
    [
      plain("plain calls in Node.js", plainUs),
      ...batches.map((point) => row(`in blocks of ${point.at}`, point, plainUs)),
      plain("plain calls, schemas", plainSchemaUs),
      row("schemas, in blocks of 1000", schema, plainSchemaUs),
      ...contracts.map((point) => row(`${point.at} contracts, 100 accounts each`, point, plainUs)),
      ...keys.map((point) => row(`${point.at} accounts`, point, plainUs)),
    ],
  );
};

const meteringTable = ({ metering }: Report): string =>
  tableOf(
    ["program, in the contracts' realm", "plain", "metered", "ratio", "a step"],
    Object.entries(metering).map(([name, { plainUs, meteredUs, steps }]) => [
      name,
      us(plainUs),
      us(meteredUs),
      times(meteredUs / plainUs),
      `${((meteredUs * 1_000) / steps).toFixed(1)} ns`,
    ]),
  );

const operationTable = ({ operations }: Report): string =>
  tableOf(
    ["operation, among 10,000 keys", "cached", "not cached", "ratio"],
    operations.map(({ name, cachedUs, uncachedUs }) => [
      name,
      us(cachedUs),
      us(uncachedUs),
      times(uncachedUs / cachedUs),
    ]),
  );

const loadingTable = ({ loading }: Report): string =>
  tableOf(
    ["before the first call", "takes", "memory"],
    [
      ["packing the token", ms(loading.packMs), "–"],
      ...loading.starts.map(({ scores, startMs, memoryBytes }) => [
        `a host's start with ${scores} contracts`,
        ms(startMs),
        megabytes(memoryBytes),
      ]),
    ],
  );

export const markdownOf = (report: Report): string => {
  const { machine, rounds } = report;
  return [
    `${machine.cores} × ${machine.cpu}, Node.js ${machine.node}; medians of ${rounds.count} rounds of ${rounds.ms} ms.`,
    transferTable(report),
    meteringTable(report),
    operationTable(report),
    loadingTable(report),
  ].join("\n\n");
};
