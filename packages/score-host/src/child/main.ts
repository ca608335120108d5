/**
 * A sandbox process: one thread serves, with a stack that the meter's depth cannot fill; this one only watches.
 *
 * The meter counts words of the stack, but the frames of the engine's own that lie between those of a contract (a getter
 * that a spread calls, a conversion within a native) take up to 2 kB each, and the arguments of a call that are spread
 * eight bytes each, which are charged as memory. Together that is some 110 MB at most. A process's first thread has what
 * the system gives it, mostly 8 MB; a worker has what it is given here, of which only what is used takes memory.
 */
import { Worker } from "node:worker_threads";
import { watchParent } from "./watchdog.ts";

const STACK_MB = 256;

// Dates are in UTC by their own methods (natives/date.ts). This is a second wall: an empty environment alone would leave
// the system's zone in force; and threads see what was set before they began.
process.env.TZ = "UTC";

watchParent();
const serving = new Worker(new URL("./serve.js", import.meta.url), {
  resourceLimits: { stackSizeMb: STACK_MB },
});
serving.once("exit", (code) => process.exit(code));
