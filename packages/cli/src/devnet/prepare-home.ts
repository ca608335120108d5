import { join, resolve } from "node:path";
import { pack } from "@dure/score-host";
import { readIfPresent, writeAtomically } from "../atomic-file.ts";
import { CliError } from "../error.ts";
import { type DevnetSettings, inspectHome, writeMarker } from "../home/devnet-home.ts";
import { lockHome } from "../home/lock-home.ts";
import { resetHome } from "../home/reset-home.ts";
import { pause } from "../pause.ts";
import type { FoundFile } from "../station/found-file.ts";
import { storeScore } from "../station/store-score.ts";
import { exampleScores } from "./example-scores.ts";
import { checkPorts, type PortPlan, planPorts } from "./ports.ts";
import { DEVNET } from "./processes.ts";

/** What `dure devnet` was told. Undefined: what the home has, or the default. */
export type Wanted = {
  readonly home: string;
  readonly reset: boolean;
  readonly peers?: number;
  readonly portOffset?: number;
  readonly blockIntervalMs?: number;
  readonly spinInterval?: number;
  readonly engine?: "lft" | "ibft";
  /** Contracts to found the channel with, beside the examples. */
  readonly scores: readonly string[];
};

export type PreparedHome = {
  readonly settings: DevnetSettings;
  readonly plan: PortPlan;
  readonly isNew: boolean;
  /** Lets another devnet use the home. */
  release(): Promise<void>;
};

const PEERS = 4;
/** How long the processes of a devnet that was killed may take to notice and to free their ports. */
const PORTS_WAIT_MS = 5_000;

const OPTION = {
  peers: "--peers",
  blockIntervalMs: "--block-interval",
  spinInterval: "--spin",
  engine: "--engine",
} as const;

/** The settings of a home that exists: its own, but for the ports. Throws CliError `SETTING_CONFLICT`. */
const resumed = (stored: DevnetSettings, wanted: Wanted): DevnetSettings => {
  const conflict = (Object.keys(OPTION) as (keyof typeof OPTION)[]).find(
    (name) => wanted[name] !== undefined && wanted[name] !== stored[name],
  );
  const way = "start without it, with --reset to lose all data, or with another --home";
  if (conflict !== undefined)
    throw new CliError(
      "SETTING_CONFLICT",
      `${wanted.home} was founded with ${OPTION[conflict]} ${stored[conflict] ?? "at its default"}, not ${wanted[conflict]}: ${way}`,
    );
  if (wanted.scores.length > 0)
    throw new CliError(
      "SETTING_CONFLICT",
      `the SCOREs of ${wanted.home} were fixed when it was founded: ${way}`,
    );
  return { ...stored, portOffset: wanted.portOffset ?? stored.portOffset };
};

const fresh = ({
  peers = PEERS,
  portOffset = 0,
  blockIntervalMs,
  spinInterval,
  engine,
}: Wanted): DevnetSettings => ({
  peers,
  portOffset,
  ...(blockIntervalMs !== undefined && { blockIntervalMs }),
  ...(spinInterval !== undefined && { spinInterval }),
  ...(engine !== undefined && { engine }),
});

/** As `checkPorts`, but patient with what a killed devnet of this very home left behind for a moment. */
const awaitPorts = async (plan: PortPlan, patienceMs: number): Promise<void> => {
  const untilMs = Date.now() + patienceMs;
  for (;;) {
    try {
      return await checkPorts(plan);
    } catch (error) {
      if (Date.now() >= untilMs) throw error;
    }
    await pause(100, new AbortController().signal);
  }
};

/**
 * Takes a devnet's home: checks that it is one or is empty, that nobody runs on it, and that its ports are free, and
 * only then changes anything.
 *
 * @throws CliError with what is in the way.
 */
export const prepareHome = async (wanted: Wanted): Promise<PreparedHome> => {
  const home = resolve(wanted.home);
  const before = await inspectHome(home).catch((error: unknown) => {
    if (wanted.reset && error instanceof CliError && error.code === "HOME_VERSION") return undefined;
    throw error;
  });
  const isNew = before?.state !== "devnet" || wanted.reset;
  const settings =
    before?.state === "devnet" && !wanted.reset ? resumed(before.settings, wanted) : fresh(wanted);
  const plan = planPorts(settings.peers, settings.portOffset);
  if (before?.state === "new") await checkPorts(plan);
  const lock = await lockHome(home, "devnet");
  try {
    if (before?.state !== "new") await awaitPorts(plan, PORTS_WAIT_MS);
    if (wanted.reset) await resetHome(home);
    await writeMarker(home, settings);
    return { settings, plan, isNew, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
};

/** Writes `found.json`, unless it is there: what the RadioStation founds the channel with, every SCORE packed. */
export const writeFoundation = async (home: string, settings: DevnetSettings, scores: readonly string[]) => {
  const path = join(home, "found.json");
  if ((await readIfPresent(path)) !== undefined) return;
  const packed = [];
  for (const entry of [...exampleScores(), ...scores]) packed.push(await pack(entry));
  packed.push(await storeScore());
  const { peers, blockIntervalMs, spinInterval, engine } = settings;
  const file: FoundFile = {
    channel: DEVNET,
    validators: peers,
    policies: { peerSubmits: true },
    consensus: {
      ...(blockIntervalMs !== undefined && { blockIntervalMs }),
      ...(spinInterval !== undefined && { spinInterval }),
      ...(engine !== undefined && { engine }),
    },
    scores: packed,
  };
  await writeAtomically(path, JSON.stringify(file, null, 2));
};
