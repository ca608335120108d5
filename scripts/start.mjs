// `npm start`: a whole network on this machine, from a fresh clone, in one command.
// The work is imported only after the version is checked, for an old Node.js could not even parse it.
import { requireNode } from "./require-node.mjs";

requireNode(20, 0, "dure");
void import("./devnet.mjs").then((devnet) => devnet.start(process.argv.slice(2)));
