// `npm run test:nodes [-- release ...] [part ...] [--test-...]`: `npm test` under other releases of Node.js.
// The work is imported only after the version is checked, for an old Node.js could not even parse it.
import { requireNode } from "./require-node.mjs";

requireNode(20, 11, "The tests of dure");
void import("./test-releases.mjs").then((releases) => releases.main(process.argv.slice(2)));
