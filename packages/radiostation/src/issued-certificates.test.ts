import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { generateIdentityKey, makeRequest } from "@dure/crypto/x509";
import { HOUR, newHome, suite } from "./fixture.test.ts";
import { openOrFoundHome } from "./home.ts";
import { issueRecorded } from "./issuance.ts";
import { createIssuedCertificates } from "./issued-certificates.ts";

const authority = async () => {
  const startMs = Date.now();
  const home = await openOrFoundHome(await newHome(), { organisation: "devnet", nowMs: startMs, suite });
  let issuedCount = 0;
  const issue = async (): Promise<string> => {
    const key = generateIdentityKey();
    const commonName = `client${issuedCount}`;
    const issued = await issueRecorded(home, suite, {
      request: await makeRequest({ commonName, organisation: "devnet", roles: ["client"] }, key),
      roles: ["client"],
      nowMs: startMs + HOUR + 1_000 * issuedCount++,
      lifeMs: HOUR,
    });
    assert.ok(issued.ok);
    return issued.certificate.serial;
  };
  return { home, issue };
};

test("whoever asks sees what was issued before, while others' readings go on too", async () => {
  const { home, issue } = await authority();
  const list = createIssuedCertificates(home);
  for (let round = 0; round < 20; round++) {
    const earlier = list();
    const serial = await issue();
    const [, mine, others] = await Promise.all([earlier, list(), list()]);
    for (const seen of [mine, others])
      assert.ok(
        seen.some((each) => each.serial === serial),
        `round ${round}`,
      );
  }
});

test("the newest come first, and a file that is no certificate hides none", async () => {
  const { home, issue } = await authority();
  assert.deepEqual(await createIssuedCertificates(home)(), []);
  const serials = [await issue(), await issue(), await issue()];
  await writeFile(join(home.path, "issued", "00.pem"), "no certificate");
  const list = createIssuedCertificates(home);
  for (let times = 0; times < 2; times++)
    assert.deepEqual(
      (await list()).map(({ serial }) => serial),
      [...serials].reverse(),
    );
});
