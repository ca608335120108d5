import type { EngineName } from "@dure/consensus";
import type { CryptoSuite } from "@dure/crypto";
import { Clients } from "./clients.ts";
import { createCoverage } from "./coverage.ts";
import { frameText } from "./describe.ts";
import type { Frame } from "./frame.ts";
import { createInvariants } from "./invariants.ts";
import type { Mutant } from "./mutant.ts";
import { MUTANTS, type MutantName } from "./mutants.ts";
import { createNetwork } from "./network.ts";
import type { Node, Peer } from "./node.ts";
import { BLOCK_MAX } from "./pool.ts";
import { Power } from "./power.ts";
import { watchProgress } from "./progress.ts";
import { PROTOCOLS } from "./protocols.ts";
import { createRandom, type Random } from "./random.ts";
import { createSchedule } from "./schedule.ts";
import { createStubSuite } from "./stub-suite.ts";
import { createTranscript } from "./transcript.ts";
import type { Invariant, Violation } from "./violation.ts";
import { wanDistanceMs } from "./wan.ts";
import { drawWeather, type Weather } from "./weather.ts";
import {
  BYZANTINE,
  type Byzantine,
  type Channel,
  createChannel,
  createFaulty,
  createNode,
  drawFaulty,
  type Surroundings,
} from "./world.ts";

export type SimulateOptions = {
  readonly seed: number;
  /** LFT unless given. */
  readonly engine?: EngineName | undefined;
  readonly validators: number;
  /** k; drawn from 1, 2, 3, 5 if not given. */
  readonly spinInterval?: number | undefined;
  readonly mutant?: MutantName | undefined;
  /** Validators stand in five regions of the world. */
  readonly wan?: boolean | undefined;
  /** Drawn if not given. */
  readonly byzantine?: Byzantine | undefined;
  /** Views after which the faults end. */
  readonly views?: number | undefined;
  /** What the seed's weather is changed by. */
  readonly weather?: Partial<Weather> | undefined;
  /** Instead of the stub. */
  readonly suite?: CryptoSuite | undefined;
  readonly keepsLines?: boolean | undefined;
  /** Sees each frame that is delivered. */
  readonly onFrame?: ((frame: Frame) => void) | undefined;
  /** Invariants that are not checked, so that what else breaks is seen. */
  readonly ignored?: readonly Invariant[] | undefined;
};

export type Stats = {
  readonly views: number;
  readonly commits: number;
  readonly transactions: number;
  readonly crashes: number;
  readonly messages: number;
  readonly steps: number;
  /** Virtual time. */
  readonly ms: number;
};

export type Outcome = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly stats: Stats;
  readonly coverage: ReadonlyMap<string, number>;
  readonly fingerprint: string;
  readonly lines: readonly string[];
};

const VIEWS = 30;
/** Faults end after this virtual time whatever the views. */
const FAULTY_MS_MAX = 4_000;
const STEPS_MAX = 200_000;

/** Which validators are faulty in a run, and which honest ones are gone for good when the faults end: never more than may be. */
const drawRoles = (options: SimulateOptions, channel: Channel, random: Random) => {
  const mayBeFaulty = drawFaulty(channel, random);
  const drawn = random.pick(BYZANTINE);
  const isLeftDown = random.chance(0.2);
  const byzantine: Byzantine = mayBeFaulty.length === 0 ? "none" : (options.byzantine ?? drawn);
  const isHonest = byzantine === "none";
  return {
    byzantine,
    faulty: isHonest ? [] : mayBeFaulty,
    leftDown: isHonest && isLeftDown ? mayBeFaulty : [],
  };
};

/** The channel of a seed, with its keys and the suite that knows them; `random` goes on from there. */
export const found = (options: SimulateOptions) => {
  const random = createRandom(options.seed);
  const suite = options.suite ?? createStubSuite(random.next());
  const spinInterval = options.spinInterval ?? random.pick([1, 1, 2, 3, 5]);
  const mutant: Mutant = options.mutant === undefined ? {} : MUTANTS[options.mutant];
  const protocol = PROTOCOLS[mutant.engine ?? options.engine ?? "lft"];
  const { validators, wan } = options;
  const channel = createChannel(suite, random.fork(), validators, spinInterval, protocol.name, wan);
  return { random, mutant, protocol, channel };
};

/** All that a run is made of, put together and not yet started. */
const assemble = (options: SimulateOptions) => {
  const { validators } = options;
  const schedule = createSchedule();
  const coverage = createCoverage();
  const transcript = createTranscript(options.keepsLines ?? false);
  const { random, mutant, protocol, channel } = found(options);
  const weather: Weather = { ...drawWeather(random.fork()), ...options.weather };
  const { byzantine, faulty, leftDown } = drawRoles(options, channel, random.fork());
  const peers: Peer[] = [];
  const nodes: Node[] = [];
  const note = (fact: number, index: number, line: string): void =>
    transcript.note(schedule.nowMs(), () => `${index} ${line}`, fact, index);

  const invariants = createInvariants({
    config: { ...channel.config, self: undefined },
    protocol,
    faulty,
    ignored: options.ignored ?? [],
    hasChanges: weather.changes > 0,
    disks: () => nodes.map(({ disk }) => disk),
    nowMs: schedule.nowMs,
  });
  const network = createNetwork({
    nodes: validators,
    schedule,
    random: random.fork(),
    weather,
    coverage,
    distanceMs: options.wan === true ? wanDistanceMs : () => 0,
    topicOf: protocol.topic,
    deliver: (from, to, frame) => {
      options.onFrame?.(frame);
      transcript.note(schedule.nowMs(), () => `${from} -> ${to} ${frameText(protocol, frame)}`, from, to);
      peers[to]?.receive(from, frame);
    },
    onMended: (a, b) => peers[a]?.connected(b),
  });
  const connect = (index: number): void => {
    for (const [other, peer] of peers.entries()) {
      if (other === index || !peer.isUp() || !network.isOpen(index, other)) continue;
      peer.connected(index);
      peers[index]?.connected(other);
    }
  };
  const power = new Power({
    schedule,
    random: random.fork(),
    weather,
    coverage,
    nodes,
    onStarted: ({ index }) => {
      note(1, index, "started");
      connect(index);
    },
    onCrashed: ({ index }) => {
      note(2, index, "crashed");
      invariants.observer.crashed(index);
    },
  });
  const { send } = network;
  const { isCommitted } = invariants.chain;
  const clients = new Clients({
    schedule,
    random: random.fork(),
    weather,
    nodes,
    validators,
    send,
    isCommitted,
  });
  const surroundings: Surroundings = {
    protocol,
    channel,
    schedule,
    random: random.fork(),
    weather,
    mutant,
    observer: invariants.observer,
    coverage,
    send,
    crashes: (index) => power.crashesNow(index),
  };
  for (let index = 0; index < validators; index++) {
    const node = faulty.includes(index) ? undefined : createNode(surroundings, index);
    peers.push(node ?? createFaulty(surroundings, index, byzantine));
    if (node !== undefined) nodes.push(node);
  }
  if (faulty.length > 0) coverage.note(`byzantine: ${byzantine}`);
  if (leftDown.length > 0) coverage.note("fault: down for good");
  return {
    coverage,
    protocol,
    channel,
    schedule,
    transcript,
    invariants,
    network,
    power,
    clients,
    nodes,
    leftDown,
  };
};

/**
 * One history: a faulty phase, then calm, in which a block must be committed within one rotation of leaders and every
 * accepted transaction in time. It is a function of its options.
 */
export const simulate = (options: SimulateOptions): Outcome => {
  const { coverage, channel, schedule, transcript, invariants, network, power, clients, nodes, leftDown } =
    assemble(options);
  const { chain, violations } = invariants;
  const { timing, spinInterval } = channel.config;
  const viewNow = (): number => Math.max(0, ...nodes.map(({ life }) => life?.turns ?? 0));
  let steps = 0;
  /** Asks every so many steps, since asking takes time too. */
  const runUntil = (every: number, isDone: () => boolean): void => {
    while (violations.length === 0 && steps < STEPS_MAX && schedule.advance()) {
      steps += 1;
      if (steps % every === 0 && isDone()) return;
    }
  };

  for (const node of nodes) power.start(node);
  clients.plan();
  power.plan();
  const views = options.views ?? VIEWS;
  runUntil(
    32,
    () => viewNow() >= views || schedule.nowMs() > (options.wan === true ? 10 : 1) * FAULTY_MS_MAX,
  );

  transcript.note(schedule.nowMs(), () => "the faults end", 3);
  network.heal();
  power.settle(leftDown);
  clients.settle(timing.statusMs);
  const { height } = chain;
  const { validators } = options;
  const progress = watchProgress({
    timing,
    validators,
    spinInterval,
    nowMs: schedule.nowMs,
    height,
    view: viewNow,
    fullBlocks: Math.floor(clients.waiting().length / BLOCK_MAX),
  });
  const isComplete = (): boolean =>
    progress.hasCommitted() &&
    nodes.every((node) => !node.isUp() || node.disk.log.length === height()) &&
    clients.waiting().length === 0;
  runUntil(16, () => isComplete() || progress.isOverdue());
  if (violations.length === 0 && !isComplete()) {
    const heights = nodes.map(({ disk, life }) => `${disk.log.length} in view ${life?.status.view ?? "-"}`);
    const detail = `heights ${heights.join(", ")}; ${clients.waiting().length} transactions wait`;
    invariants.report(progress.hasCommitted() ? "accepted transactions commit" : "commits resume", detail);
  }

  return {
    seed: options.seed,
    violations,
    stats: {
      views: viewNow(),
      commits: height(),
      transactions: clients.accepted,
      crashes: power.crashes,
      messages: network.frames(),
      steps,
      ms: Math.round(schedule.nowMs()),
    },
    coverage: coverage.counts,
    fingerprint: transcript.fingerprint(),
    lines: transcript.lines,
  };
};
