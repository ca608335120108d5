/** A contract that does nothing but make the state large. */
import { contract, integerParam } from "@dure/score";

export default contract({
  name: "filler",
  version: "1.0.0",
  invoke: {
    /** Writes `count` keys, numbered from `from` on. */
    fill(ctx, params) {
      const from = integerParam(params, "from");
      const count = integerParam(params, "count");
      const keys = ctx.state.map<string>("key");
      for (let at = from; at < from + count; at++) keys.set(String(at), "1000000");
      return count;
    },
  },
  query: {},
});
