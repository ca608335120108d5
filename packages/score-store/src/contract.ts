/**
 * The SCORE that holds SCOREs. Administrators of the channel's organisations upload and register packages, propose what
 * shall run from which height, and approve it; the host of every peer activates what is due at the beginning of a block
 * and tells what came of it. Its state alone says what runs (registry.ts).
 */
import { contract, type InvokeContext, integerParam, type JsonObject, refuse, textParam } from "@dure/score";
import { applied } from "./applying.ts";
import { approve, proposalOf, propose, withdraw } from "./proposing.ts";
import { type ActiveSet, recordsOf, STORE } from "./records.ts";
import { info, list, proposals } from "./telling.ts";
import { NO_SCORE, packageOf, register, upload } from "./uploading.ts";

const VERSION = "1.0.0";

/** The SCOREs that the genesis founds: the store among them, and alone if nothing is said. */
const foundedWith = ({ scores }: JsonObject): readonly JsonObject[] => {
  if (scores === undefined) return [{ name: STORE, version: VERSION }];
  integerParam({ count: Array.isArray(scores) ? scores.length : -1 }, "count", 1, 256);
  return scores as readonly JsonObject[];
};

/** Writes down the SCOREs of the genesis, whose sources stand there, as versions like any other. */
const found = ({ state }: InvokeContext, params: JsonObject): void => {
  const records = recordsOf(state);
  const active: Record<string, ActiveSet[string]> = {};
  for (const each of foundedWith(params)) {
    const score = textParam(each, "name", 64);
    const version = textParam(each, "version", 32);
    if (active[score] !== undefined) refuse(`${score} stands twice`);
    active[score] = { version, hash: "" };
    records.scores.set(score, { ...NO_SCORE, versions: 1, current: 0 });
    const record = { version, hash: "", height: 0, organisation: "", migrate: false, rollback: false };
    records.versions.set(`${score}/0`, { ...record, from: -1, upgraded: false });
    records.newest.set(`${score}/${version}`, 0);
  }
  records.active.set(active);
};

export default contract({
  name: STORE,
  version: VERSION,
  init: found,
  invoke: { upload, register, propose, approve, withdraw, applied },
  query: { list, info, proposals, proposal: proposalOf, package: packageOf },
});
