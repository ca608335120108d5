// A sandbox process: one thread serves, with a stack that the meter's depth cannot fill; this one only watches.
import { Worker } from "node:worker_threads";
import { STACK_MB } from "../stack.ts";
import { watchParent } from "./watchdog.ts";

// Dates are in UTC by their own methods (natives/date.ts). This is a second wall: an empty environment alone would leave
// the system's zone in force; and threads see what was set before they began.
process.env.TZ = "UTC";

// With --allow-worker, all permissions are one thread away: one that is started with arguments of its own has only what
// these give it. So what serves is started with the same permissions, less that one.
const PERMISSIONS = /^--(experimental-)?permission$|^--allow-fs-read=/;

watchParent();
const serving = new Worker(new URL("./serve.js", import.meta.url), {
  execArgv: process.execArgv.filter((argument) => PERMISSIONS.test(argument)),
  resourceLimits: { stackSizeMb: STACK_MB },
});
serving.once("exit", (code) => process.exit(code));
