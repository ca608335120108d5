import type { Executed, Outcome, QueryOutcome } from "../outcome.ts";
import type { Answer } from "./hosts.ts";

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");

/** All of an outcome that must be the same everywhere, as lines of text. */
const shown = ({ code, message, result, writes, events, used }: Outcome): readonly string[] => [
  `code ${code}`,
  `message ${message}`,
  `result ${result}`,
  ...writes.map(
    ({ key, value }) => `write ${JSON.stringify(textOf(key))} ${value ? textOf(value) : "deleted"}`,
  ),
  ...events.map(({ score, name, data }) => `event ${score} ${name} ${data}`),
  `steps ${used.steps}`,
  `bytes ${used.bytes}`,
];

const linesOf = (answer: Executed | readonly Outcome[]): readonly (readonly string[])[] =>
  ("activations" in answer ? [...answer.activations, ...answer.calls] : answer).map(shown);

/** Where two hosts differ: in which outcome of the block, and the first line of it that is not the same. */
export type Difference = { readonly index: number; readonly lines: readonly [string, string] };

type Failed = { readonly failed: string };

/** Returns the first difference, or undefined. That a host gives no outcomes is one, even where none does. */
export const differenceOf = (
  first: Answer | readonly Outcome[],
  second: Answer | readonly Outcome[],
): Difference | undefined => {
  const failure = [first, second].find((each): each is Failed => "failed" in each);
  if (failure === undefined)
    return firstOf(linesOf(first as Exclude<Answer, Failed>), linesOf(second as Exclude<Answer, Failed>));
  const words = (answer: Answer | readonly Outcome[]): string =>
    "failed" in answer ? answer.failed : "outcomes";
  const index = Number(/in call (\d+)/.exec(failure.failed)?.[1] ?? -1);
  return { index, lines: [words(first), words(second)] };
};

/** The same for answers to queries, whose engine's words are no part of them either. */
export const queryDifferenceOf = (
  first: readonly QueryOutcome[],
  second: readonly QueryOutcome[],
): Difference | undefined => firstOf(first.map(shownQuery), second.map(shownQuery));

const shownQuery = (outcome: QueryOutcome): readonly string[] =>
  outcome.kind === "timeout"
    ? ["timeout"]
    : [
        `code ${outcome.code}`,
        `message ${outcome.message}`,
        `result ${outcome.result}`,
        `steps ${outcome.used.steps}`,
        `bytes ${outcome.used.bytes}`,
      ];

const firstOf = (
  first: readonly (readonly string[])[],
  second: readonly (readonly string[])[],
): Difference | undefined => {
  for (let index = 0; index < Math.max(first.length, second.length); index++) {
    const [one, other] = [first[index] ?? ["nothing"], second[index] ?? ["nothing"]];
    for (let line = 0; line < Math.max(one.length, other.length); line++)
      if (one[line] !== other[line])
        return { index, lines: [one[line] ?? "nothing", other[line] ?? "nothing"] };
  }
  return undefined;
};
