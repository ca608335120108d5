/** What a batch of goods is, as it is stored and shown, and where it is kept. */
import { indexed, log, type ReadableState, refuse } from "@dure/score";
import * as t from "@dure/score/schema";

/** The codes of this contract's refusals. Programs may rely on them; a version adds, and never changes one. */
export const errors = {
  NOT_FOUND: 1001,
  NOT_YOURS: 1002,
  WRONG_STATE: 1003,
  RECALLED: 1004,
  QUANTITY: 1005,
} as const;

/** How many batches go into one step or come out of it. It bounds what one batch is next to in the graph. */
export const STEP_MAX = 50;

/** An organisation, for which each of its members may act, or one member, `name@organisation`. */
export const party = () =>
  t.text({
    max: 128,
    pattern: /^(?:[a-z0-9.-]+@)?[a-z0-9-]+$/,
    expected: "an organisation or name@organisation",
  });

export const id = () => t.text({ max: 20 });
export const code = () =>
  t.described(t.text({ max: 64 }), "What is printed on the goods; a party uses each once.");
export const quantity = () => t.decimal({ scale: 3, min: "0.001", max: "999999999999" });
const timeMs = () => t.integer({ min: 0 });

/** What is in a batch. */
export const goods = () => ({
  product: t.text({ max: 128 }),
  quantity: quantity(),
  unit: t.text({ max: 16 }),
});

export const batch = () =>
  t.object({
    id: id(),
    code: code(),
    ...goods(),
    /** `consumed`: it went into the batches in `children`. `disposed`: it left the chain. */
    state: t.oneOf(["held", "inTransit", "consumed", "disposed"]),
    /** Who made it in this form, and who has it; in transit, the one who shipped it. */
    maker: party(),
    holder: party(),
    receiver: t.optional(party()),
    made: t.oneOf(["produce", "split", "merge", "transform"]),
    madeAtMs: timeMs(),
    parents: t.list(id(), { max: STEP_MAX }),
    children: t.list(id(), { max: STEP_MAX }),
    /** The recalls that have reached it. */
    recalls: t.list(id(), { max: 100 }),
  });
export type Batch = t.Wire<ReturnType<typeof batch>>;

export const step = () =>
  t.object({
    action: t.text(),
    by: t.identity(),
    atMs: timeMs(),
    height: t.integer({ min: 0 }),
    note: t.optional(t.text()),
  });
type Step = t.Wire<ReturnType<typeof step>>;

export const document = () => ({
  kind: t.text({ max: 64 }),
  hash: t.hash(),
  note: t.optional(t.text({ max: 500 })),
});
export const attached = () => t.object({ ...document(), by: t.identity(), atMs: timeMs() });
export type Document = t.Wire<ReturnType<typeof attached>>;

export const reading = () => ({
  sensor: t.text({ max: 64 }),
  kind: t.text({ max: 32 }),
  value: t.decimal({ scale: 6 }),
  unit: t.text({ max: 16 }),
  measuredAtMs: timeMs(),
});
export const measured = () => t.object({ ...reading(), by: t.identity() });
export type Reading = t.Wire<ReturnType<typeof measured>>;

export const batches = (state: ReadableState) =>
  indexed(state, "batch", {
    by: {
      holder: ({ state, holder }: Batch) => (isThere(state) ? holder : undefined),
      receiver: ({ receiver }: Batch) => receiver,
      product: ({ state, product }: Batch) => (isThere(state) ? product : undefined),
      // Sorted by holder within a recall: who has what of it.
      recall: ({ state, recalls, holder }: Batch) =>
        isThere(state) ? recalls.map((recall) => `${recall} ${holder}`) : undefined,
    },
    unique: { code: ({ maker, code }: Batch) => `${maker} ${code}` },
  });

const isThere = (state: Batch["state"]): boolean => state === "held" || state === "inTransit";

export const history = (state: ReadableState, id: string) => log<Step>(state, `history/${id}`);
export const documents = (state: ReadableState, id: string) => log<Document>(state, `document/${id}`);
export const readings = (state: ReadableState, id: string) => log<Reading>(state, `reading/${id}`);

/** @throws Refusal NOT_FOUND */
export const batchOf = (state: ReadableState, id: string): Batch =>
  batches(state).get(id) ?? refuse(`there is no batch ${id}`, { id }, errors.NOT_FOUND);
