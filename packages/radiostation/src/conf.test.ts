import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { signRequest } from "./administrator.ts";
import { failsWith, startPeer, startStation, stationOf, statusOf } from "./fixture.test.ts";
import { fingerprintOf } from "./home.ts";

const PATH = "/api/v1/conf";

const administered = async (options: Parameters<typeof startStation>[0] = {}) => {
  const network = await startStation(options);
  const { identity } = await network.enrol("ann", ["admin"]);
  const { certificate, key, root } = identity;
  const post = async (text: string) => {
    const body = new TextEncoder().encode(text);
    const signer = { certificate: certificate.der, keyPem: key.pem, audience: fingerprintOf(root) };
    const request = { method: "POST", path: PATH, body };
    const authorization = await signRequest(request, { ...signer, nowMs: Date.now() });
    return fetch(`${network.rest}${PATH}`, { method: "POST", body, headers: { authorization } });
  };
  const set = async (name: string, value: number) => {
    const answer = (await (await post(JSON.stringify({ name, value }))).json()) as { response_code: number };
    assert.equal(answer.response_code, 0, `${name} ${value}`);
  };
  return { network, post, set };
};

test("the silence and the interval of the watch hold from the moment that they are set", async () => {
  const hour = 3_600_000;
  const { network, set } = await administered({ silenceMs: hour, watchIntervalMs: hour });
  const { client } = await startPeer(network, 0);
  await client.heartbeat(statusOf(0));
  const silent = once(network.station.events, "disconnected");
  // Neither alone would tell within the test's life.
  await set("watch_interval_ms", 10);
  await set("silence_ms", 500);
  assert.deepEqual(await silent, ["peer0.devnet"]);
});

test("the rate of requests holds from the moment that it is set", async () => {
  const { network, set } = await administered();
  await set("requests_per_second", 2);
  const answers = await Promise.all(Array.from({ length: 20 }, () => fetch(`${network.rest}${PATH}`)));
  assert.ok(answers.filter(({ status }) => status === 429).length >= 14);
});

test("of values set at once one stands, and all settings are kept", async () => {
  const { network, set } = await administered();
  const lives = [11, 12, 13, 14, 15];
  await Promise.all([...lives.map((days) => set("certificate_life_days", days)), set("silence_ms", 1_234)]);
  const file = JSON.parse(await readFile(join(network.home, "conf.json"), "utf8")) as {
    values: Record<string, number>;
  };
  assert.deepEqual(Object.keys(file.values).sort(), ["certificate_life_days", "silence_ms"]);
  assert.ok(lives.includes(file.values["certificate_life_days"] ?? 0));
  const shown = await (await fetch(`${network.rest}${PATH}?name=certificate_life_days`)).json();
  assert.equal((shown as { data: { value: number } }).data.value, file.values["certificate_life_days"]);
});

test("a body that is too long is refused as such, and nobody need sign for that", async () => {
  const { post } = await administered();
  const response = await post(" ".repeat(40_000));
  assert.deepEqual(
    [response.status, ((await response.json()) as { response_code: number }).response_code],
    [413, -6],
  );
});

test("settings that nobody could have set end the start, and say which file", async () => {
  const { network } = await administered();
  await network.station.close();
  const file = join(network.home, "conf.json");
  for (const text of [
    "",
    "{}",
    '{"version":2,"values":{}}',
    '{"version":1,"values":{"silence_ms":0}}',
    '{"version":1,"values":{"none":1}}',
  ]) {
    await writeFile(file, text);
    await failsWith("HOME_DAMAGED", stationOf({ home: network.home }).start());
  }
});
