import { createHash } from "node:crypto";

/**
 * Just enough of the curve Ed25519, in affine coordinates and plain integers, to make signatures that no signer makes:
 * with points of small and of mixed order. After RFC 8032, sections 5.1 to 5.1.4. Slow, and for tests alone.
 */
export type Point = readonly [x: bigint, y: bigint];

export const P = 2n ** 255n - 19n;
/** The order of the base point. */
export const L = 2n ** 252n + 27742317777372353535851937790883648493n;

export const mod = (value: bigint, modulus = P): bigint => ((value % modulus) + modulus) % modulus;

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n;
  let square = mod(base);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
};

const inverse = (value: bigint): bigint => power(value, P - 2n);
const D = mod(-121665n * inverse(121666n));
const ROOT_OF_MINUS_ONE = power(2n, (P - 1n) / 4n);

const NEUTRAL: Point = [0n, 1n];

export const add = ([x1, y1]: Point, [x2, y2]: Point): Point => {
  const product = mod(D * x1 * x2 * y1 * y2);
  return [mod((x1 * y2 + x2 * y1) * inverse(1n + product)), mod((y1 * y2 + x1 * x2) * inverse(1n - product))];
};

export const multiply = (scalar: bigint, point: Point): Point => {
  let result = NEUTRAL;
  let doubled = point;
  for (let left = scalar; left > 0n; left >>= 1n) {
    if (left & 1n) result = add(result, doubled);
    doubled = add(doubled, doubled);
  }
  return result;
};

/** The x of a y, of the parity asked for; undefined if no point has this y. */
export const xOf = (y: bigint, parity: bigint): bigint | undefined => {
  const u = mod(y * y - 1n);
  const v = mod(D * y * y + 1n);
  const candidate = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  const x = [candidate, mod(candidate * ROOT_OF_MINUS_ONE)].find((root) => mod(v * root * root) === u);
  if (x === undefined) return undefined;
  return (x & 1n) === parity ? x : mod(-x);
};

const baseY = mod(4n * inverse(5n));
export const BASE: Point = [xOf(baseY, 0n) as bigint, baseY];

export const littleEndian = (value: bigint): Uint8Array =>
  Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));

export const integerOf = (bytes: Uint8Array): bigint =>
  bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

export const encodePoint = ([x, y]: Point): Uint8Array => littleEndian(y | ((x & 1n) << 255n));

/** k of RFC 8032, section 5.1.7: SHA-512 of R, key and message, as a scalar. */
export const challenge = (r: Uint8Array, publicKey: Uint8Array, message: Uint8Array): bigint =>
  mod(integerOf(createHash("sha512").update(r).update(publicKey).update(message).digest()), L);

const isNeutral = (point: Point): boolean => point[0] === NEUTRAL[0] && point[1] === NEUTRAL[1];

/** A generator of the eight points of small order: L times any point, unless that lands lower. */
export const TORSION: Point = (() => {
  for (let y = 2n; ; y++) {
    const x = xOf(y, 0n);
    if (x === undefined) continue;
    const point = multiply(L, [x, y]);
    if (!isNeutral(multiply(4n, point))) return point;
  }
})();
