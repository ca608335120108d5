import { join } from "node:path";
import { z } from "zod";
import { readIfPresent, writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import { serially } from "./serially.ts";

/** v1's types of a setting. */
const CONF_TYPE = { text: 0, whole: 1, decimal: 2 } as const;

/** What an administrator can set while the RadioStation runs: v1 names, bounds, and what holds unless set. */
const ENTRIES = {
  /** Milliseconds after its last heartbeat at which a peer counts as disconnected. */
  silence_ms: { min: 500, max: 3_600_000 },
  /** Milliseconds between two looks for peers that fell silent. */
  watch_interval_ms: { min: 10, max: 60_000 },
  /** Days that a certificate lives, when it is issued or renewed from then on. */
  certificate_life_days: { min: 1, max: 3_650 },
  /** REST requests that one address may make in a second. */
  requests_per_second: { min: 1, max: 1_000_000 },
} as const;

export type ConfName = keyof typeof ENTRIES;
export type ConfValues = { readonly [N in ConfName]: number };

/** A setting as v1 shows it. */
export type ConfItem = { readonly name: string; readonly value: string | number; readonly type: 0 | 1 | 2 };

export type ConfChange = { readonly ok: true } | { readonly ok: false; readonly message: string };

/** The settings of a running RadioStation. */
export type Conf = {
  readonly value: (name: ConfName) => number;
  /** The value that an administrator has set; undefined while the default holds. */
  readonly given: (name: ConfName) => number | undefined;
  readonly list: () => readonly ConfItem[];
  /** Takes a value, from at once; it is on disk when this resolves. A refusal says what would be taken. */
  readonly set: (name: string, value: unknown) => Promise<ConfChange>;
  /** Tells of every value taken from now on, for what cannot ask at each use. */
  readonly onSet: (told: () => void) => void;
};

const ConfFile = z.strictObject({ version: z.literal(1), values: z.record(z.string(), z.int()) });

const isName = (name: string): name is ConfName => Object.hasOwn(ENTRIES, name);
const names = Object.keys(ENTRIES) as readonly ConfName[];

const flawOf = (name: string, value: unknown): string | undefined => {
  if (!isName(name))
    return `there is no setting ${name.slice(0, 64)}: those that can be set are ${names.join(", ")}`;
  const { min, max } = ENTRIES[name];
  const isFit = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
  return isFit ? undefined : `${name} is a whole number from ${min} to ${max}`;
};

const load = async (file: string): Promise<Partial<ConfValues>> => {
  const text = await readIfPresent(file);
  if (text === undefined) return {};
  try {
    const { values } = ConfFile.parse(JSON.parse(text));
    const flaw = Object.entries(values)
      .map(([name, value]) => flawOf(name, value))
      .find((each) => each !== undefined);
    if (flaw !== undefined) throw new Error(flaw);
    return values as Partial<ConfValues>;
  } catch (cause) {
    throw new RadioStationError(
      "HOME_DAMAGED",
      `${file} is damaged: restore it from a backup, or delete it to go back to the defaults`,
      { cause },
    );
  }
};

/**
 * Opens the settings of a home. `fixed` are shown and cannot be set.
 *
 * @throws RadioStationError `HOME_DAMAGED`.
 */
export const openConf = async (
  home: string,
  defaults: ConfValues,
  fixed: Readonly<Record<string, string>>,
): Promise<Conf> => {
  const file = join(home, "conf.json");
  const inOrder = serially();
  const listeners: (() => void)[] = [];
  let values = await load(file);
  const value = (name: ConfName): number => values[name] ?? defaults[name];
  return {
    value,
    given: (name) => values[name],
    list: () => [
      ...Object.entries(fixed).map(([name, text]): ConfItem => ({ name, value: text, type: CONF_TYPE.text })),
      ...names.map((name): ConfItem => ({ name, value: value(name), type: CONF_TYPE.whole })),
    ],
    set: (name, given) =>
      inOrder(async () => {
        if (Object.hasOwn(fixed, name))
          return { ok: false, message: `${name} cannot be set: it is what this RadioStation is` };
        const flaw = flawOf(name, given);
        if (flaw !== undefined) return { ok: false, message: flaw };
        const next = { ...values, [name]: given };
        await writeAtomically(file, JSON.stringify({ version: 1, values: next }));
        values = next;
        for (const told of listeners) told();
        return { ok: true };
      }),
    onSet: (told) => void listeners.push(told),
  };
};
