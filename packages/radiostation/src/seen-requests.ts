import { join } from "node:path";
import { z } from "zod";
import { readIfPresent, writeAtomically } from "./atomic-file.ts";
import { RadioStationError } from "./error.ts";
import { serially } from "./serially.ts";

/** What became of a request: it is taken, it was taken before, or too many are remembered to take another. */
export type Taking = "taken" | "again" | "full";

/** The requests that administrators made, so that each is taken once. */
export type SeenRequests = {
  /**
   * Takes a request by its id (`jti`) and the second in which it was signed. It is on disk before this resolves, so that
   * no crash or restart lets it be taken again.
   */
  readonly take: (id: string, signedAtS: number) => Promise<Taking>;
};

/** More than administrators make while a request is good; few enough to be written at each. */
const SEEN_MAX = 1_000;

const Seen = z.strictObject({
  version: z.literal(1),
  /** The latest second of signing among those forgotten. */
  forgottenS: z.int().nonnegative(),
  seen: z.array(z.tuple([z.string().max(64), z.int()])),
});
type Seen = z.infer<typeof Seen>;

const load = async (file: string): Promise<Seen> => {
  const text = await readIfPresent(file);
  if (text === undefined) return { version: 1, forgottenS: 0, seen: [] };
  try {
    return Seen.parse(JSON.parse(text));
  } catch (cause) {
    throw new RadioStationError(
      "HOME_DAMAGED",
      `${file} is damaged: it holds the requests of the last minutes, so wait for two and delete it`,
      { cause },
    );
  }
};

/**
 * Opens what was seen in a home. `lifeS`: for how many seconds before and after its signing a request is good; callers
 * refuse others. One that is no longer good is forgotten, and none that was signed no later than it is taken any more:
 * by a clock that goes forward this refuses nothing that is good, and by one that was set back it refuses repeats.
 *
 * @throws RadioStationError `HOME_DAMAGED`.
 */
export const openSeenRequests = async (
  home: string,
  { lifeS, nowMs }: { readonly lifeS: number; readonly nowMs: () => number },
): Promise<SeenRequests> => {
  const file = join(home, "requests.json");
  const inOrder = serially();
  let state = await load(file);

  const forget = ({ forgottenS, seen }: Seen): Seen => {
    const isGood = ([, signedAtS]: Seen["seen"][number]) => nowMs() / 1_000 - signedAtS <= lifeS;
    const latestS = seen.filter((each) => !isGood(each)).map(([, signedAtS]) => signedAtS);
    return { version: 1, forgottenS: Math.max(forgottenS, ...latestS), seen: seen.filter(isGood) };
  };

  return {
    take: (id, signedAtS) =>
      inOrder(async () => {
        const kept = forget(state);
        if (signedAtS <= kept.forgottenS || kept.seen.some(([known]) => known === id)) return "again";
        if (kept.seen.length >= SEEN_MAX) return "full";
        const next: Seen = { ...kept, seen: [...kept.seen, [id, signedAtS]] };
        await writeAtomically(file, JSON.stringify(next));
        state = next;
        return "taken";
      }),
  };
};
