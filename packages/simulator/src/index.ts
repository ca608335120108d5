export { type Outcome, type SimulateOptions, simulate } from "./run.ts";
