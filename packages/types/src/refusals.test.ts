import { strict as assert } from "node:assert";
import { test } from "node:test";
import { BATCH_LIMITS, readTransaction, suite } from "./codecs.fixture.test.ts";
import {
  certificateId,
  decode,
  decodeBatch,
  decodeBody,
  decodeReceipt,
  encodeReceipt,
  encodeText,
  type Hash,
  hashBytes,
  type Receipt,
  readSignatures,
  signTransaction,
  Writer,
  writeHash,
  writeSignatures,
  ZERO_HASH,
} from "./index.ts";

/** What random mutation hardly ever finds: inputs that are wrong in one relation alone. */

const channelId = "c1".repeat(32) as Hash;
const ders = [encodeText("certificate a"), encodeText("certificate b")] as const;
const SEED = new Uint8Array(32).fill(5);

const transactionBy = (der: Uint8Array, salt: number, channel = channelId): Uint8Array =>
  signTransaction(
    suite,
    {
      channelId: channel,
      sender: certificateId(suite, der),
      salt: new Uint8Array(16).fill(salt),
      expiryMs: 1,
      score: "",
      payload: encodeText("1"),
    },
    SEED,
  );

const batchOf = (certificates: readonly Uint8Array[], transactions: readonly Uint8Array[]): Uint8Array => {
  const writer = writeHash(new Writer().u8(1), channelId).u16(certificates.length);
  for (const der of certificates) writer.bytes(der);
  writer.u32(transactions.length);
  for (const bytes of transactions) writer.bytes(bytes);
  return writer.finish();
};

const [a, b] = ders;
const byA = transactionBy(a, 1);
const byB = transactionBy(b, 2);
const batches: readonly (readonly [string, Uint8Array, RegExp | undefined])[] = [
  ["two senders", batchOf([a, b], [byA, byB]), undefined],
  ["a certificate doubled", batchOf([a, a, b], [byA, byB]), /stands twice/],
  ["a certificate doubled at the end", batchOf([a, b, a], [byA, byB]), /stands twice/],
  ["certificates out of order", batchOf([b, a], [byA, byB]), /in order/],
  ["a certificate missing", batchOf([a], [byA, byB]), /in order/],
  ["a certificate unused", batchOf([a, b], [byA]), /unused/],
  ["a transaction doubled", batchOf([a], [byA, byA]), /stands twice/],
  ["a transaction of another channel", batchOf([a], [transactionBy(a, 1, ZERO_HASH)]), /another channel/],
  ["no transaction", batchOf([], []), /no transaction/],
  ["a certificate above 4,096 bytes", batchOf([new Uint8Array(4097)], [byA]), /above 4096/],
];

for (const [name, bytes, refusal] of batches) {
  test(`a batch with ${name} is ${refusal === undefined ? "taken" : "refused"}`, () => {
    const decoded = decodeBatch(suite, bytes, BATCH_LIMITS);
    if (refusal === undefined) assert.ok(decoded.ok);
    else {
      assert.ok(!decoded.ok);
      assert.match(decoded.message, refusal);
    }
  });
}

test("a transaction signed again under one id cannot stand beside itself in a batch", () => {
  const { body } = readTransaction(byA);
  const again = Uint8Array.from([...body, ...new Uint8Array(64).fill(9)]);
  assert.equal(decodeBatch(suite, batchOf([a], [byA, again]), BATCH_LIMITS).ok, false);
});

test("a body refuses a batch that is empty, wholly omitted, doubled, too large, or omits by an empty bitmap", () => {
  const reference = (count: number, omitted?: number): Writer => {
    const writer = writeHash(new Writer().u16(1), ZERO_HASH).u32(count);
    return omitted === undefined ? writer.flag(false) : writer.flag(true).u8(omitted);
  };
  assert.ok(decodeBody(reference(3, 0b101).finish()).ok);
  const twice = new Writer().u16(2);
  for (let left = 2; left > 0; left--) writeHash(twice, ZERO_HASH).u32(1).flag(false);
  const refused = [
    reference(0),
    reference(3, 0b111),
    reference(3, 0),
    reference(3, 0b1000),
    reference(1_000_001),
    twice,
  ];
  for (const writer of refused) assert.equal(decodeBody(writer.finish()).ok, false);
});

test("signatures are written for their signers in ascending order or not at all", () => {
  const signature = (byte: number): Uint8Array => new Uint8Array(64).fill(byte);
  const write = (signers: readonly number[], validatorCount = 4): Uint8Array =>
    writeSignatures(new Writer(), { validatorCount, signers, signatures: signers.map(signature) }).finish();
  const read = decode(write([1, 3]), readSignatures);
  assert.ok(read.ok);
  assert.deepEqual(
    [read.value.signers, read.value.signatures.map(([first]) => first)],
    [
      [1, 3],
      [1, 3],
    ],
  );
  for (const signers of [[3, 1], [1, 1], [4], [-1], [0.5]]) assert.throws(() => write(signers), RangeError);
  assert.throws(() => write([], 1025), RangeError);
});

test("a receipt beyond its limits is neither written nor read", () => {
  const receipt: Receipt = {
    transactionId: ZERO_HASH,
    height: 1,
    index: 0,
    code: 0,
    message: "m".repeat(4096),
    result: "1",
    events: [],
  };
  assert.ok(decodeReceipt(encodeReceipt(receipt)).ok);
  const event = { score: "s", name: "n", data: "" };
  const beyond: readonly Partial<Receipt>[] = [
    { message: "m".repeat(4097) },
    { message: "가".repeat(1366) },
    { result: "r".repeat((1 << 20) + 1) },
    { events: Array.from({ length: 1025 }, () => event) },
    { events: [{ ...event, data: "d".repeat((1 << 20) + 1) }] },
    { events: [{ ...event, name: "n".repeat(256) }] },
  ];
  for (const change of beyond) assert.throws(() => encodeReceipt({ ...receipt, ...change }), RangeError);
});

test("a text that is no hash has no bytes", () => {
  for (const bad of ["", "00", "AB".repeat(32), `${"0".repeat(63)}g`])
    assert.throws(() => hashBytes(bad as Hash), RangeError);
});
