import type { CryptoSuite } from "@dure/crypto";
import type { TransactionId } from "./body.ts";
import { frameText } from "./describe.ts";
import { createInvariants } from "./invariants.ts";
import { MUTANTS, type MutantName } from "./mutants.ts";
import { createNetwork } from "./network.ts";
import type { Node, Peer } from "./node.ts";
import { createRandom } from "./random.ts";
import { createSchedule } from "./schedule.ts";
import { createStubSuite } from "./stub-suite.ts";
import { createTranscript } from "./transcript.ts";
import type { Invariant, Violation } from "./violation.ts";
import { drawWeather, type Weather } from "./weather.ts";
import { BYZANTINE, type Byzantine, createChannel, createFaulty, createNode, drawFaulty } from "./world.ts";

export type SimulateOptions = {
  readonly seed: number;
  readonly validators: number;
  /** k; drawn from 1, 2, 3, 5 if not given. */
  readonly spinInterval?: number | undefined;
  readonly mutant?: MutantName | undefined;
  /** Drawn if not given. */
  readonly byzantine?: Byzantine | undefined;
  /** Views after which the faults end. */
  readonly views?: number | undefined;
  /** What the seed's weather is changed by. */
  readonly weather?: Partial<Weather> | undefined;
  /** Instead of the stub. */
  readonly suite?: CryptoSuite | undefined;
  readonly keepsLines?: boolean | undefined;
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
  readonly fingerprint: string;
  readonly lines: readonly string[];
};

const VIEWS = 30;
/** Faults end after this virtual time whatever the views. */
const FAULTY_MS_MAX = 4_000;
const STEPS_MAX = 200_000;

/**
 * One history: a faulty phase, then calm, in which every accepted transaction must commit and a block within one
 * rotation of leaders. It is a function of its options.
 */
export const simulate = (options: SimulateOptions): Outcome => {
  const { seed, validators } = options;
  const random = createRandom(seed);
  const schedule = createSchedule();
  const transcript = createTranscript(options.keepsLines ?? false);
  const suite = options.suite ?? createStubSuite(random.next());
  const spinInterval = options.spinInterval ?? random.pick([1, 1, 2, 3, 5]);
  const channel = createChannel(suite, random.fork(), validators, spinInterval);
  const weather: Weather = { ...drawWeather(random.fork()), ...options.weather };
  const mayBeFaulty = drawFaulty(channel, random.fork());
  const drawn = random.pick(BYZANTINE);
  const byzantine: Byzantine = mayBeFaulty.length === 0 ? "none" : (options.byzantine ?? drawn);
  const faulty = byzantine === "none" ? [] : mayBeFaulty;
  /** Of the honest, those who stay down for good when the faults end. */
  const isLeftDown = random.chance(0.2);
  const leftDown = byzantine === "none" && isLeftDown ? mayBeFaulty : [];

  const peers: Peer[] = [];
  const nodes: Node[] = [];
  const config = { ...channel.config, self: undefined };
  const invariants = createInvariants({
    config,
    faulty,
    ignored: options.ignored ?? [],
    disks: () => nodes.map(({ disk }) => disk),
    nowMs: schedule.nowMs,
  });
  const network = createNetwork({
    nodes: validators,
    schedule,
    random: random.fork(),
    weather,
    deliver: (from, to, frame) => {
      transcript.note(schedule.nowMs(), () => `${from} -> ${to} ${frameText(frame)}`, from, to);
      peers[to]?.receive(from, frame);
    },
    onMended: (a, b) => peers[a]?.connected(b),
  });
  const faults = random.fork();
  const clients = random.fork();
  let isFaulty = true;
  let crashes = 0;

  const connect = (index: number): void => {
    for (const [other, peer] of peers.entries()) {
      if (other === index || !peer.isUp() || !network.isOpen(index, other)) continue;
      peer.connected(index);
      peers[index]?.connected(other);
    }
  };
  const start = (node: Node): void => {
    if (node.isUp() || (!isFaulty && leftDown.includes(node.index))) return;
    transcript.note(schedule.nowMs(), () => `${node.index} starts`, 1, node.index);
    node.start();
    connect(node.index);
  };
  const crash = (node: Node, restMs: number): void => {
    if (!node.isUp()) return;
    crashes += 1;
    transcript.note(schedule.nowMs(), () => `${node.index} crashes`, 2, node.index);
    node.crash();
    invariants.observer.crashed(node.index);
    schedule.after(restMs, () => start(node));
  };

  const surroundings = {
    channel,
    schedule,
    random: random.fork(),
    weather,
    mutant: options.mutant === undefined ? {} : MUTANTS[options.mutant],
    observer: invariants.observer,
    send: network.send,
    crashes: (index: number): boolean => {
      const { crashesPerEffect, crashes: planned } = weather;
      if (!isFaulty || crashesPerEffect === 0 || !faults.chance(crashesPerEffect)) return false;
      const node = nodes.find((at) => at.index === index);
      if (node !== undefined) crash(node, faults.gap(planned.forMs || 20));
      return true;
    },
  };
  for (let index = 0; index < validators; index++) {
    if (faulty.includes(index)) {
      peers.push(createFaulty(surroundings, index, byzantine));
      continue;
    }
    const node = createNode(surroundings, index);
    peers.push(node);
    nodes.push(node);
  }

  const accepted: TransactionId[] = [];
  const submit = (): void => {
    const node = clients.pick(nodes);
    if (node.life === undefined) return;
    const id = accepted.length + 1;
    accepted.push(id);
    node.life.submit(id);
    if (!clients.chance(weather.gossip)) return;
    for (let to = 0; to < validators; to++)
      if (to !== node.index) network.send(node.index, to, { type: "transactions", ids: [id] });
  };
  const submitAgainAndAgain = (): void => {
    schedule.after(clients.gap(weather.submitEveryMs), () => {
      if (!isFaulty) return;
      submit();
      submitAgainAndAgain();
    });
  };
  const crashAgainAndAgain = (): void => {
    const { everyMs, forMs, all } = weather.crashes;
    if (everyMs === 0) return;
    schedule.after(faults.gap(everyMs), () => {
      if (!isFaulty) return;
      const isAll = faults.chance(all);
      const restMs = faults.gap(forMs);
      for (const node of nodes)
        if (isAll || faults.chance(1 / nodes.length)) crash(node, isAll ? restMs : faults.gap(forMs));
      crashAgainAndAgain();
    });
  };

  for (const node of nodes) start(node);
  submitAgainAndAgain();
  crashAgainAndAgain();

  const viewNow = (): number => Math.max(0, ...nodes.map(({ life }) => life?.status.view ?? 0));
  const views = options.views ?? VIEWS;
  let steps = 0;
  const isBroken = (): boolean => invariants.violations.length > 0;
  const runUntil = (isDone: () => boolean): void => {
    while (!isBroken() && steps < STEPS_MAX && !isDone()) {
      if (!schedule.advance()) return;
      steps += 1;
    }
  };

  runUntil(() => (steps & 31) === 0 && (viewNow() >= views || schedule.nowMs() > FAULTY_MS_MAX));

  // The faults end: who may be up is up, nothing is lost, and progress is owed.
  isFaulty = false;
  network.heal();
  transcript.note(schedule.nowMs(), () => "the faults end", 3);
  for (const node of nodes) if (leftDown.includes(node.index)) node.crash();
  for (const node of nodes) start(node);
  const up = nodes.filter((node) => node.isUp());
  const { capMs, statusMs, resendMs } = channel.config.timing;
  const healedMs = schedule.nowMs();
  const settledMs = healedMs + capMs + 2 * statusMs;
  const deadlineMs = settledMs + (validators + 2) * 2 * (capMs + resendMs + statusMs) + 2_000;
  const submitUncommitted = (): void => {
    for (const id of accepted) {
      if (!invariants.chain.isCommitted(id)) clients.pick(up).life?.submit(id);
    }
    schedule.after(statusMs, submitUncommitted);
  };
  for (let count = 0; count < 3; count++) accepted.push(accepted.length + 1);
  submitUncommitted();
  const heightThen = invariants.chain.height();
  let settledView = 0;
  const tenureOf = (view: number): number => Math.floor((view - 1) / spinInterval);
  const isOverdue = (): boolean => {
    if (invariants.chain.height() > heightThen || schedule.nowMs() < settledMs) return false;
    settledView ||= viewNow();
    return tenureOf(viewNow()) > tenureOf(settledView) + validators;
  };
  const isComplete = (): boolean => {
    const height = invariants.chain.height();
    return (
      height > heightThen &&
      up.every(({ disk }) => disk.log.length === height) &&
      accepted.every((id) => invariants.chain.isCommitted(id))
    );
  };
  runUntil(() => (steps & 15) === 0 && (isComplete() || isOverdue() || schedule.nowMs() > deadlineMs));
  if (!isBroken() && !isComplete()) {
    const missing = accepted.filter((id) => !invariants.chain.isCommitted(id));
    const logs = up.map(({ disk, life }) => `${disk.log.length} in view ${life?.status.view}`).join(", ");
    const detail = `heights ${logs}; ${missing.length} transactions wait`;
    const isStalled = invariants.chain.height() === heightThen;
    invariants.report(isStalled ? "commits resume" : "accepted transactions commit", detail);
  }

  return {
    seed,
    violations: invariants.violations,
    stats: {
      views: viewNow(),
      commits: invariants.chain.height(),
      transactions: accepted.length,
      crashes,
      messages: network.frames(),
      steps,
      ms: Math.round(schedule.nowMs()),
    },
    fingerprint: transcript.fingerprint(),
    lines: transcript.lines,
  };
};
