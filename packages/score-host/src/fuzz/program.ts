import { PRELUDE, SDK_PRELUDE } from "./prelude.ts";
import type { Random } from "./random.ts";
import { createWriter, type Writer } from "./writer.ts";

/** A method's body, in pieces of which each may be left out. */
export type ProgramMethod = { readonly name: string; readonly pieces: readonly string[] };

/** A generated contract, before it is a text. */
export type Program = {
  readonly name: string;
  readonly version: string;
  readonly hasSdk: boolean;
  /** What the module does when it is evaluated. */
  readonly module: readonly string[];
  readonly init: readonly string[];
  readonly migrate: readonly string[];
  readonly invoke: readonly ProgramMethod[];
  readonly query: readonly ProgramMethod[];
};

export const METHODS: readonly string[] = ["m0", "m1", "m2", "m3", "m4", "m5"];
export const QUESTIONS: readonly string[] = ["q0", "q1"];

const SDK_SHARE = 30;
const HEAVY_SHARE = 1;
const CAUGHT_SHARE = 95;

/** A contract of this name by chance. It may name the SCOREs of its channel. */
export const makeProgram = (
  random: Random,
  name: string,
  version: string,
  channel: readonly string[],
): Program => {
  const hasSdk = random.percent(SDK_SHARE);
  const quoted = (names: readonly string[]): readonly string[] => names.map((each) => JSON.stringify(each));
  const writer = createWriter({
    random,
    scores: quoted(channel),
    methods: quoted(METHODS),
    questions: quoted(QUESTIONS),
    hasSdk,
  });
  const method = (of: string, isQuiet: boolean): ProgramMethod => ({
    name: of,
    pieces: piecesOf(random, writer, isQuiet),
  });
  return {
    name,
    version,
    hasSdk,
    module: random.percent(30) ? [writer.statements(1, true)] : [],
    init: piecesOf(random, writer, false),
    migrate: piecesOf(random, writer, false),
    invoke: METHODS.map((of) => method(of, false)),
    query: QUESTIONS.map((of) => method(of, true)),
  };
};

const piecesOf = (random: Random, writer: Writer, isQuiet: boolean): readonly string[] => {
  const pieces = Array.from({ length: 2 + random.below(5) }, () => {
    const written = writer.statements(1 + random.below(4), isQuiet);
    return random.percent(CAUGHT_SHARE)
      ? `try {\n      ${written}\n    } catch (thrown) { out.push(show(thrown)); }`
      : `{\n      ${written}\n    }`;
  });
  if (random.percent(HEAVY_SHARE)) pieces.splice(random.below(pieces.length + 1), 0, `{ ${writer.heavy()} }`);
  return pieces;
};

const bodyOf = (pieces: readonly string[]): string => `{
    const out = [], closures = [];
    ${pieces.join("\n    ")}
    return out.slice(0, 300).map((each) => (typeof each === "string" ? each : show(each)));
  }`;

const tableOf = (methods: readonly ProgramMethod[]): string =>
  methods.map(({ name, pieces }) => `${name}(ctx, params) ${bodyOf(pieces)}`).join(",\n  ");

/** The contract's text; `sdk` is the text that gives it the author's SDK. */
export const textOf = (
  program: Program,
  sdk: string,
): string => `${program.hasSdk ? sdk + SDK_PRELUDE : ""}${PRELUDE}
const out = [], closures = [], ctx = undefined, params = { s: "s", n: 1, list: [], o: {} };
${program.module.map((each) => `try { ${each} } catch { tally++; }`).join("\n")}
module.exports.default = {
  abi: 1, name: ${JSON.stringify(program.name)}, version: ${JSON.stringify(program.version)},
  init(ctx, params) ${bodyOf(program.init)},
  migrate(ctx, params) ${bodyOf(program.migrate)},
  invoke: { ${tableOf(program.invoke)} },
  query: { ${tableOf(program.query)} },
};`;
