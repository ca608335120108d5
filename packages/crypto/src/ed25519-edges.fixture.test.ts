import {
  add,
  BASE,
  challenge,
  encodePoint,
  integerOf,
  L,
  littleEndian,
  mod,
  multiply,
  P,
  type Point,
  TORSION,
  xOf,
} from "./edwards.fixture.test.ts";
import { createSodiumSuite } from "./sodium.ts";

/**
 * Signatures that libraries differ on, and what the protocol says of each (specs/encoding.md). `equation` is known
 * from how the points were made, independently of the library: it says which form of the equation holds, so that a
 * case refused although the equation is exact is refused by the rule that its name states, and by no accident.
 */
export type Edge = {
  readonly name: string;
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
  readonly equation: "exact" | "cofactored" | "none";
  readonly valid: boolean;
};

const suite = createSodiumSuite();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** The secret scalar and nonce of every crafted signature: any numbers do. */
const SECRET = 0x5eedn;
const NONCE = 0x0123456789abcdefn;
const KEY = multiply(SECRET, BASE);
const ORDERS = [1, 8, 4, 8, 2, 8, 4, 8] as const;
const torsion = (times: number): Point => multiply(BigInt(times), TORSION);

type Crafted = {
  readonly publicKey: Uint8Array;
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
};

/**
 * Signs as RFC 8032 does, but with multiples of a small point added to the key and to R: the equation then holds times
 * eight always, and exactly for those messages whose k makes the small parts cancel. Takes the first message of the
 * form that is wanted; undefined where there is none.
 */
const craft = (
  key: { readonly scalar: bigint; readonly small: number },
  nonce: { readonly scalar: bigint; readonly small: number },
  equation: "exact" | "cofactored",
  encode: { readonly key?: Uint8Array; readonly r?: Uint8Array } = {},
): Crafted | undefined => {
  const keyPoint = add(multiply(key.scalar, BASE), torsion(key.small));
  const rPoint = add(multiply(nonce.scalar, BASE), torsion(nonce.small));
  const publicKey = encode.key ?? encodePoint(keyPoint);
  const r = encode.r ?? encodePoint(rPoint);
  for (let attempt = 0; attempt < 64; attempt++) {
    const message = Buffer.from(`edge ${attempt}`);
    const k = challenge(r, publicKey, message);
    const s = mod(nonce.scalar + k * key.scalar, L);
    // S·B = R + k·A holds in the base point's subgroup by the choice of S; what is left are the small parts.
    const isExact = (BigInt(nonce.small) + k * BigInt(key.small)) % 8n === 0n;
    if (isExact === (equation === "exact"))
      return { publicKey, message, signature: Uint8Array.from([...r, ...littleEndian(s)]) };
  }
  return undefined;
};

const edge = (
  name: string,
  { publicKey, message, signature }: Crafted,
  equation: Edge["equation"],
  valid: boolean,
): Edge => ({
  name,
  publicKey: hex(publicKey),
  message: hex(message),
  signature: hex(signature),
  equation,
  valid,
});

const crafted = (
  name: string,
  valid: boolean,
  equation: "exact" | "cofactored",
  ...args: [Parameters<typeof craft>[0], Parameters<typeof craft>[1], Parameters<typeof craft>[3]?]
): Edge[] => {
  const made = craft(args[0], args[1], equation, args[2]);
  return made === undefined ? [] : [edge(name, made, equation, valid)];
};

const seed = new Uint8Array(32).fill(0x11);
const ordinary: Crafted = {
  publicKey: suite.publicKeyOf(seed),
  message: Buffer.from("edge"),
  signature: suite.sign(seed, Buffer.from("edge")),
};
const scalar = integerOf(ordinary.signature.slice(32));
const withScalar = (value: bigint): Crafted => ({
  ...ordinary,
  signature: Uint8Array.from([...ordinary.signature.slice(0, 32), ...littleEndian(value)]),
});

const keyOnly = { scalar: SECRET, small: 0 };
const nonceOnly = { scalar: NONCE, small: 0 };
const EIGHT = [0, 1, 2, 3, 4, 5, 6, 7] as const;

const scalars = (): Edge[] => [
  edge("an ordinary signature", ordinary, "exact", true),
  edge(
    "an ordinary signature of the empty message",
    { ...ordinary, message: new Uint8Array(0), signature: suite.sign(seed, new Uint8Array(0)) },
    "exact",
    true,
  ),
  edge("another message", { ...ordinary, message: Buffer.from("Edge") }, "none", false),
  edge("S + L, not reduced", withScalar(scalar + L), "exact", false),
  edge("S + 8 L, with its top bits set", withScalar(scalar + 8n * L), "exact", false),
  edge("S of zero", withScalar(0n), "none", false),
  edge("S of L", withScalar(L), "none", false),
];

const smallPoints = (): Edge[] =>
  EIGHT.flatMap((times) => [
    ...(["exact", "cofactored"] as const).flatMap((equation) => [
      ...crafted(
        `public key of order ${ORDERS[times]} (point ${times}), equation ${equation}`,
        false,
        equation,
        { scalar: 0n, small: times },
        nonceOnly,
      ),
      ...crafted(
        `R of order ${ORDERS[times]} (point ${times}), equation ${equation}`,
        false,
        equation,
        keyOnly,
        { scalar: 0n, small: times },
      ),
    ]),
  ]);

const notCanonical = (): Edge[] => [
  ...crafted("public key of order 1 as y = p + 1", false, "exact", { scalar: 0n, small: 0 }, nonceOnly, {
    key: littleEndian(P + 1n),
  }),
  ...crafted(
    "public key of order 1 with the sign bit set",
    false,
    "exact",
    { scalar: 0n, small: 0 },
    nonceOnly,
    { key: littleEndian(1n | (1n << 255n)) },
  ),
  ...crafted(
    "R of order 1 as y = p + 1",
    false,
    "exact",
    keyOnly,
    { scalar: 0n, small: 0 },
    { r: littleEndian(P + 1n) },
  ),
  ...crafted(
    "R of order 1 with the sign bit set",
    false,
    "exact",
    keyOnly,
    { scalar: 0n, small: 0 },
    { r: littleEndian(1n | (1n << 255n)) },
  ),
  edge(
    "public key of great order, not canonical (y + p)",
    { ...ordinary, publicKey: littleEndian(P + smallY) },
    "none",
    false,
  ),
  edge("public key that is no point", { ...ordinary, publicKey: littleEndian(notOnCurve) }, "none", false),
  edge(
    "R that is no point",
    {
      ...ordinary,
      signature: Uint8Array.from([...littleEndian(notOnCurve), ...ordinary.signature.slice(32)]),
    },
    "none",
    false,
  ),
];

/** The least y above 1 that a point has: y + p still fits 255 bits, so this point has a second encoding. */
const smallY = ((): bigint => {
  let y = 2n;
  while (xOf(y, 0n) === undefined) y++;
  return y;
})();

const notOnCurve = ((): bigint => {
  let y = 2n;
  while (xOf(y, 0n) !== undefined) y++;
  return y;
})();

/** Neither small nor of the base point's order: taken exactly when the equation without the cofactor holds. */
const mixedPoints = (): Edge[] =>
  EIGHT.slice(1).flatMap((times) => {
    const key = { scalar: SECRET, small: times };
    const nonce = { scalar: NONCE, small: times };
    const order = 8 / (times % 4 === 0 ? 4 : times % 2 === 0 ? 2 : 1);
    return (["exact", "cofactored"] as const).flatMap((equation) => [
      ...crafted(
        `public key with a part of order ${order} (point ${times}), equation ${equation}`,
        equation === "exact",
        equation,
        key,
        nonceOnly,
      ),
      ...crafted(
        `R with a part of order ${order} (point ${times}), equation ${equation}`,
        equation === "exact",
        equation,
        keyOnly,
        nonce,
      ),
      ...crafted(
        `public key and R with parts of order ${order} (point ${times}), equation ${equation}`,
        equation === "exact",
        equation,
        key,
        nonce,
      ),
    ]);
  });

const lengths = (): Edge[] => {
  const { publicKey, signature } = ordinary;
  return [
    edge("no signature", { ...ordinary, signature: new Uint8Array(0) }, "none", false),
    edge("signature a byte short", { ...ordinary, signature: signature.slice(0, 63) }, "none", false),
    edge(
      "signature a byte long",
      { ...ordinary, signature: Uint8Array.from([...signature, 0]) },
      "none",
      false,
    ),
    edge("no public key", { ...ordinary, publicKey: new Uint8Array(0) }, "none", false),
    edge("public key a byte short", { ...ordinary, publicKey: publicKey.slice(0, 31) }, "none", false),
    edge(
      "public key a byte long",
      { ...ordinary, publicKey: Uint8Array.from([...publicKey, 0]) },
      "none",
      false,
    ),
  ];
};

/** The key of the crafted signatures, as a check of the arithmetic: libsodium must take what they honestly sign. */
export const HONEST = { publicKey: encodePoint(KEY), ...craft(keyOnly, nonceOnly, "exact") };

export const EDGES: readonly Edge[] = [
  ...scalars(),
  ...smallPoints(),
  ...notCanonical(),
  ...mixedPoints(),
  ...lengths(),
];
