// `npm test [-- part ...] [--test-...]`: every check of the repository, or the parts named.
// The work is imported only after the version is checked, for an old Node.js could not even parse it.
import { requireNode } from "./require-node.mjs";

requireNode(20, 11, "The tests of dure"); // node --test knows --test-timeout from 20.11 on
void import("./test-parts.mjs").then((parts) => parts.main(process.argv.slice(2)));
