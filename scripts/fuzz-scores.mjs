/**
 * `npm run fuzz:scores [-- --transactions N --seed S]`, after a build: SCOREs by chance on three hosts at once, each under
 * a release of Node.js of its own (packages/score-host/src/fuzz).
 */
import { join } from "node:path";
import { provideNode, RELEASES } from "./node-releases.mjs";
import { root } from "./root.mjs";
import { runNode } from "./run.mjs";

const [present] = process.versions.node.split(".");
const nodes = [];
for (const release of RELEASES.filter((each) => each !== present))
  nodes.push("--node", await provideNode(root, release, console.log));
const main = join(root, "packages", "score-host", "dist", "fuzz", "main.js");
process.exitCode = await runNode([main, ...nodes, ...process.argv.slice(2)], { cwd: root });
