import assert from "node:assert/strict";
import { after, test } from "node:test";
import { domainTag } from "./index.ts";
import { createSodiumSuite, randomBytes } from "./sodium.ts";
import { createInlineVerifier, createVerifier, type Signed } from "./verifier.ts";

const suite = createSodiumSuite();
const tag = domainTag("test/statement");
const seed = randomBytes(32);
const publicKey = suite.publicKeyOf(seed);

const signedOf = (bytes: Uint8Array): Signed => {
  const statement = Buffer.concat([tag, bytes]);
  return { publicKey, tag, bytes, signature: suite.sign(seed, statement) };
};

const forgedOf = (signed: Signed): Signed => {
  const signature = Uint8Array.from(signed.signature);
  signature[7] = (signature[7] as number) ^ 1;
  return { ...signed, signature };
};

const verifier = createVerifier(suite, 2);
after(() => verifier.close());

for (const [name, under] of [
  ["threads", verifier],
  ["the calling thread", createInlineVerifier(suite)],
] as const)
  test(`${name}: each signature has its own verdict, however many are asked for at once`, async () => {
    const before = under.count();
    const counts = [0, 1, 4, 5, 255, 256, 257, 1_000];
    await Promise.all(
      counts.map(async (count) => {
        const signed = Array.from({ length: count }, (_, at) => {
          const good = signedOf(randomBytes(1 + ((at * 97) % 5_000)));
          return at % 3 === 1 ? forgedOf(good) : good;
        });
        const verdicts = await under.verify(signed);
        assert.deepEqual(
          verdicts,
          signed.map((_, at) => at % 3 !== 1),
        );
      }),
    );
    assert.equal(
      under.count() - before,
      counts.reduce((sum, count) => sum + count),
    );
  });

test("a key or a signature of another length verifies nothing, and what stands beside it does", async () => {
  const good = signedOf(randomBytes(100));
  const short = { ...good, signature: good.signature.subarray(0, 63) };
  const long = { ...good, publicKey: new Uint8Array(33) };
  const many = Array.from({ length: 20 }, () => good);
  const verdicts = await verifier.verify([short, ...many, long, good]);
  assert.deepEqual(verdicts, [false, ...many.map(() => true), false, true]);
});

test("what is asked of a verifier that is closed, or closes meanwhile, is no verdict", async () => {
  const closing = createVerifier(suite, 1);
  const asked = closing.verify(Array.from({ length: 500 }, () => signedOf(randomBytes(200))));
  const refused = assert.rejects(asked, /closed/);
  await closing.close();
  await refused;
  await assert.rejects(closing.verify([signedOf(randomBytes(10))]), /closed/);
});
