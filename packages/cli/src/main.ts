// What the bin starts, and what the supervisor starts its processes with.
import { run } from "./run.ts";

await run(process.argv.slice(2));
