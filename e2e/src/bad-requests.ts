/** Requests that no client should send, made from a seed: for the REST ports. */
import type { Seeded } from "./seeded.ts";

export type BadRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
};

/** What the generators of signed things start from. */
export type Material = {
  /** A transaction that would be admitted. */
  readonly transaction: () => Uint8Array;
  readonly certificate: Uint8Array;
};

type Generator = (chance: Seeded, material: Material) => BadRequest;

const V1 = "/api/v1/transactions";
const V2 = "/api/v2/transactions?wait=accepted";
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

const post = (path: string, body: Uint8Array | string): BadRequest => ({ method: "POST", path, body });
const postTransactions = (transactions: unknown, certificates: unknown = []): BadRequest =>
  post(V2, JSON.stringify({ transactions, certificates }));

const flipped = (bytes: Uint8Array, chance: Seeded): Uint8Array => {
  const copy = Uint8Array.from(bytes);
  const at = chance.below(copy.length);
  copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
  return copy;
};

/** Values of every JSON type that stand where another type is due. */
const odd = (chance: Seeded): unknown =>
  chance.pick<unknown>([
    null,
    true,
    -1,
    1e308,
    "",
    "\u0000",
    "x".repeat(5_000),
    [],
    [[]],
    {},
    { toString: 1 },
    JSON.parse('{"__proto__":{"isAdmin":true}}'),
  ]);

const submissions: readonly Generator[] = [
  (chance) => post(V1, chance.bytes(1 + chance.below(300))),
  () => post(V1, ""),
  (chance) => post(V1, '{"data":"hello"}'.slice(0, 1 + chance.below(15))),
  (chance) => post(V1, "[".repeat(65 + chance.below(20_000))),
  (chance) => post(V1, `{"data":"${"\xff".repeat(1 + chance.below(9))}`),
  (chance) => post(`${V1}?channel=${hex(chance.bytes(4))}`, '{"data":"hello"}'),
  (chance) => post(V1, JSON.stringify({ data: "x".repeat(70_000 + chance.below(9_000)) })),
  (chance) => post(V2, chance.bytes(1 + chance.below(300))),
  (chance) => postTransactions(odd(chance)),
  (chance) => postTransactions([odd(chance)], [odd(chance)]),
  (chance) => postTransactions([base64(chance.bytes(chance.below(400)))]),
  (chance, { transaction, certificate }) =>
    postTransactions([base64(flipped(transaction(), chance))], [base64(certificate)]),
  (chance, { transaction, certificate }) => {
    const bytes = transaction();
    return postTransactions([base64(bytes.slice(0, chance.below(bytes.length)))], [base64(certificate)]);
  },
  (chance, { transaction, certificate }) =>
    postTransactions([base64(Buffer.concat([transaction(), chance.bytes(1)]))], [base64(certificate)]),
  (chance, { transaction, certificate }) =>
    postTransactions([base64(flipped(transaction(), chance))], [base64(flipped(certificate, chance))]),
  (chance) => postTransactions(Array.from({ length: 1_001 + chance.below(9) }, () => "")),
  (chance) => post(`/api/v2/transactions?wait=${hex(chance.bytes(2))}`, '{"transactions":[]}'),
  (chance) =>
    post(`/api/v2/transactions?waitMs=${chance.pick(["-1", "1e9", "NaN", "x"])}`, '{"transactions":[]}'),
];

const queries: readonly Generator[] = [
  (chance) => post("/api/v1/query", chance.bytes(1 + chance.below(200))),
  (chance) =>
    post("/api/v1/query", JSON.stringify({ jsonrpc: "2.0", method: odd(chance), params: odd(chance) })),
  (chance) => post("/api/v2/query", JSON.stringify({ score: odd(chance), method: odd(chance) })),
  (chance) => post("/api/v2/query", JSON.stringify({ method: hex(chance.bytes(4)), params: odd(chance) })),
  (chance) =>
    post(
      "/api/v2/query",
      JSON.stringify({ method: chance.pick(["constructor", "__proto__", "toString", "init"]), params: {} }),
    ),
  (chance) =>
    post("/api/v2/query", JSON.stringify({ method: "get_user_contracts", params: { user_id: odd(chance) } })),
];

const reads: readonly Generator[] = [
  (chance) => ({ method: "GET", path: `/api/v1/transactions?hash=${hex(chance.bytes(chance.below(40)))}` }),
  (chance) => ({ method: "GET", path: `/api/v1/transactions/result?hash=0x${hex(chance.bytes(32))}` }),
  (chance) => ({ method: "GET", path: `/api/v1/blocks?hash=${hex(chance.bytes(32))}` }),
  () => ({ method: "GET", path: "/api/v1/blocks?hash=a&hash=b" }),
  (chance) => ({
    method: "GET",
    path: `/api/v2/blocks/${chance.pick(["-1", "1e3", "9007199254740993", "%00", "0x1"])}`,
  }),
  (chance) => ({ method: "GET", path: `/api/v2/transactions/${hex(chance.bytes(chance.below(70)))}` }),
  (chance) => ({
    method: "GET",
    path: `/${chance.pick(["%zz", "%c0%ae%c0%ae/", "..%2f..%2fetc/passwd", "%00"])}`,
  }),
  (chance) => ({ method: "GET", path: `/api/${"a/".repeat(chance.below(2_000))}` }),
  (chance) => ({ method: "GET", path: `/api/v1/peer/status?peer_id=${hex(chance.bytes(9))}&group_id=x` }),
  (chance) => ({ method: "GET", path: `/api/v1/peer/list?channel=${"c".repeat(chance.below(600))}` }),
  (chance) => ({ method: chance.pick(["PUT", "DELETE", "PATCH", "OPTIONS"]), path: V1, body: "{}" }),
  (chance) => ({
    method: "POST",
    path: V1,
    headers: { "content-encoding": "gzip", "content-type": hex(chance.bytes(9)) },
    body: chance.bytes(50),
  }),
];

const GENERATORS = [...submissions, ...queries, ...reads];

/** The next bad request. Over time every kind comes equally often. */
export const badRequest = (chance: Seeded, material: Material): BadRequest =>
  chance.pick(GENERATORS)(chance, material);

/** Bytes that are no HTTP and no TLS, or only begin so. */
export const badBytes = (chance: Seeded): Uint8Array =>
  chance.pick<() => Uint8Array>([
    () => chance.bytes(1 + chance.below(2_000)),
    () => Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    () => Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), chance.bytes(60)]),
    // A TLS handshake record, of a length that does not come.
    () => Buffer.concat([Uint8Array.of(0x16, 3, 1, 0x40, 0), chance.bytes(chance.below(300))]),
    () => Buffer.concat([Uint8Array.of(0x16, 3, 3, 0, 200, 1, 0, 0, 196, 3, 3), chance.bytes(193)]),
    () => Buffer.from(`GET / HTTP/1.1\r\nhost: x\r\n${"a".repeat(chance.below(40_000))}`),
    () =>
      Buffer.from(
        "POST /api/v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n{",
      ),
    () =>
      Buffer.from(
        "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\ncontent-length: 3\r\n\r\nzz\r\n",
      ),
    () => Buffer.from("GET /\u0000 HTTP/9.9\r\n\r\n"),
  ])();
