import type { Read } from "../outcome.ts";
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

/** Tells a divergence: the call, what differs, and the least of the contract that still shows it. */
export const tellDivergence = async (
  divergence: Divergence,
  engines: RoundOptions["engines"],
  seed: number,
  sdk: string,
): Promise<string> => {
  const { hosts, difference, block, queries, programs } = divergence;
  const told = (lines: Difference["lines"]): string => {
    const [one, other] = aroundDifference(lines);
    return `  ${hosts[0]}: ${one}\n  ${hosts[1]}: ${other}`;
  };
  const call = queries?.[difference.index] ?? block.calls[difference.index - block.activations.length];
  const at = `block ${block.height}, outcome ${difference.index}`;
  if (call === undefined) {
    const activation = block.activations[difference.index];
    return `${at}, ${activation?.action ?? "genesis"} of ${activation?.source ?? "all"}\n${told(difference.lines)}`;
  }
  const head = `${at}, ${call.score}.${call.method} ${call.params.slice(0, 500)}\n${told(difference.lines)}`;
  const whole = programs.find(({ name }) => name === call.score);
  if (whole === undefined || queries !== undefined) return head;

  const shows = (candidate: Case): Promise<Difference | undefined> => replay(candidate, engines, seed, sdk);
  const alone = {
    ...divergence,
    block: { ...block, activations: [], calls: block.calls.filter((each) => each === call) },
  };
  const first = await shows(alone);
  if (first === undefined)
    return `${head}\nalone, the call does not show it\n${methodText(whole, call.method)}`;
  const single = { ...alone, programs: [whole] };
  const base = (await shows(single)) === undefined ? alone : single;
  const least = await withoutPieces(base, whole, call.method, shows);
  const last = await shows(least.found);
  return `${head}\nalone:\n${told((last ?? first).lines)}\n${methodText(least.program, call.method)}`;
};

const methodText = ({ invoke }: Program, method: string): string =>
  (invoke.find(({ name }) => name === method)?.pieces ?? []).join("\n");

/** Leaves out each piece of the method without which the hosts still differ. */
const withoutPieces = async (
  base: Case,
  whole: Program,
  method: string,
  shows: (candidate: Case) => Promise<Difference | undefined>,
): Promise<{ readonly found: Case; readonly program: Program }> => {
  let program: Program = whole;
  let found = base;
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
    found = candidate;
  }
  return { found, program };
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
