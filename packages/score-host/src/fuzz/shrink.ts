import type { Call, QueryCall, Read } from "../outcome.ts";
import { CENSUS, STORE } from "./census.ts";
import { type Difference, differenceOf } from "./compare.ts";
import { HABITS } from "./hosts.ts";
import type { Program } from "./program.ts";
import { createRandom } from "./random.ts";
import { type Divergence, openHosts, type RoundOptions, sourceOf } from "./round.ts";

type Case = Pick<Divergence, "block" | "programs" | "state">;

/** Runs a block alone on fresh hosts, and returns where two of them differ, if they do. */
const replay = async (
  { block, programs, state }: Case,
  engines: RoundOptions["engines"],
  seed: number,
  sdk: string,
): Promise<Difference | undefined> => {
  const habits = HABITS.map((_, at) => HABITS[(at + seed) % HABITS.length] as (typeof HABITS)[number]);
  const scores = [STORE, CENSUS, ...programs.map((program) => sourceOf(program, sdk))];
  const read: Read = (keys) => keys.map((key) => state.get(Buffer.from(key).toString("utf8")));
  const hosts = await openHosts(engines, habits, scores, createRandom(seed));
  try {
    const answers = (await Promise.all(hosts.map((host) => host.block(block, [], read)))).map(
      ([each]) => each,
    );
    const [first] = answers;
    if (first === undefined) return undefined;
    return answers.map((answer) => differenceOf(first, answer)).find((each) => each !== undefined);
  } finally {
    await Promise.all(hosts.map((host) => host.close()));
  }
};

const callOf = ({ difference: { index }, block, queries }: Divergence): Call | QueryCall | undefined =>
  queries?.[index] ?? block.calls[index - block.activations.length];

/** Tells where hosts differ: the call or activation, and what is not the same. */
export const tellDivergence = (divergence: Divergence): string => {
  const { difference, block } = divergence;
  const call = callOf(divergence);
  const activation = block.activations[difference.index];
  const what =
    call !== undefined
      ? `${call.score}.${call.method} ${call.params.slice(0, 500)}`
      : `${activation?.action ?? "genesis"} of ${activation?.source.slice(0, 2_000) ?? "all"}`;
  const told = toldLines(divergence, difference);
  return `block ${block.height}, outcome ${difference.index}, ${what}\n${told}`;
};

const toldLines = ({ hosts }: Divergence, { lines }: Difference): string => {
  const [one, other] = aroundDifference(lines);
  return `  ${hosts[0]}: ${one}\n  ${hosts[1]}: ${other}`;
};

/** Runs the call that hosts differ about alone, and tells the least of its method that still shows it. */
export const shrinkDivergence = async (
  divergence: Divergence,
  engines: RoundOptions["engines"],
  seed: number,
  sdk: string,
): Promise<string> => {
  const { block, queries, programs } = divergence;
  const call = callOf(divergence);
  const whole = programs.find(({ name }) => name === call?.score);
  if (call === undefined || whole === undefined || queries !== undefined) return "it is not shrunk";

  const shows = (candidate: Case): Promise<Difference | undefined> => replay(candidate, engines, seed, sdk);
  const alone = {
    ...divergence,
    block: { ...block, activations: [], calls: block.calls.filter((each) => each === call) },
  };
  const first = await shows(alone);
  if (first === undefined) return `alone, the call does not show it\n${methodText(whole, call.method)}`;
  const single = { ...alone, programs: [whole] };
  const base = (await shows(single)) === undefined ? alone : single;
  const program = await withoutPieces(base, whole, call.method, shows);
  return `alone:\n${toldLines(divergence, first)}\n${methodText(program, call.method)}`;
};

const methodText = ({ invoke }: Program, method: string): string =>
  (invoke.find(({ name }) => name === method)?.pieces ?? []).join("\n");

/** Leaves out each piece of the method without which the hosts still differ. */
const withoutPieces = async (
  base: Case,
  whole: Program,
  method: string,
  shows: (candidate: Case) => Promise<Difference | undefined>,
): Promise<Program> => {
  let program: Program = whole;
  const count = whole.invoke.find(({ name }) => name === method)?.pieces.length ?? 0;
  for (let at = count - 1; at >= 0; at--) {
    const invoke = program.invoke.map((each) =>
      each.name === method ? { ...each, pieces: each.pieces.filter((_, index) => index !== at) } : each,
    );
    const smaller: Program = { ...program, invoke };
    const programs = base.programs.map((each) => (each.name === whole.name ? smaller : each));
    const candidate = { ...base, programs };
    if ((await shows(candidate)) === undefined) continue;
    program = smaller;
  }
  return program;
};

const SHOWN_CHARS = 400;

/** Two texts from shortly before where they begin to differ. */
const aroundDifference = ([one, other]: readonly [string, string]): readonly [string, string] => {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at++;
  const from = Math.max(0, at - SHOWN_CHARS / 4);
  const cut = (text: string): string =>
    `${from > 0 ? `${text.slice(0, 20)}…` : ""}${text.slice(from, from + SHOWN_CHARS)}`;
  return [cut(one), cut(other)];
};
