/** Which part of a peer its main thread works for, by a CPU profile: each sample counts for the innermost of our modules. */
import { readFileSync } from "node:fs";

type ProfileNode = {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string };
  readonly children?: readonly number[];
};

type Profile = {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
};

/** Parts by what stands in a module's address; the first that fits. */
const PARTS: readonly (readonly [part: string, places: readonly string[]])[] = [
  ["network", ["packages/network/", "@grpc/", "node:internal/http2", "channel/links", "channel/frame"]],
  ["consensus", ["packages/consensus/", "channel/driver"]],
  ["execution", ["packages/score-host/", "channel/executor", "channel/execution"]],
  ["storage", ["packages/ledger/", "classic-level", "abstract-level", "node:internal/fs"]],
  ["API", ["packages/node/dist/rest", "fastify", "find-my-way", "/zod/", "node:_http", "channel/admission"]],
  ["pool and batches", ["packages/mempool/", "channel/batches", "channel/validator", "channel/candidates"]],
  ["encoding and hashing", ["packages/types/", "packages/crypto/", "node:internal/crypto"]],
];

const partOf = (node: ProfileNode, parents: ReadonlyMap<number, ProfileNode>): string => {
  const { functionName } = node.callFrame;
  if (functionName === "(garbage collector)") return "garbage collection";
  for (let at: ProfileNode | undefined = node; at !== undefined; at = parents.get(at.id)) {
    const { url } = at.callFrame;
    for (const [part, places] of PARTS) if (places.some((place) => url.includes(place))) return part;
  }
  return "other";
};

/** Shares of the main thread's busy time by part; they sum up to 1. */
export const partsOf = (file: string): Readonly<Record<string, number>> => {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as Profile;
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map<number, ProfileNode>();
  for (const node of nodes) for (const child of node.children ?? []) parents.set(child, node);
  const shares: Record<string, number> = {};
  let busyUs = 0;
  for (const [at, id] of samples.entries()) {
    const node = byId.get(id);
    // What the profiler itself costs, and what is no work.
    if (node === undefined || ["(idle)", "dispatch"].includes(node.callFrame.functionName)) continue;
    const part = partOf(node, parents);
    const us = timeDeltas[at] ?? 0;
    shares[part] = (shares[part] ?? 0) + us;
    busyUs += us;
  }
  return Object.fromEntries(Object.entries(shares).map(([part, us]) => [part, us / busyUs]));
};
