import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import tls from "node:tls";
import { failsWith, HOUR, startPeer, startStation, statusOf } from "./fixture.test.ts";

const shownSerial = async (port: number): Promise<string> => {
  const socket = tls.connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ALPNProtocols: ["h2"] });
  await once(socket, "secureConnect");
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
};

test("the RadioStation renews its own certificate while it runs, well before the end", {
  timeout: 30_000,
}, async () => {
  let skewMs = 0;
  const { grpcPort } = await startStation({ nowMs: () => Date.now() + skewMs });
  const first = await shownSerial(grpcPort);
  skewMs = 19 * 24 * HOUR;
  assert.equal(await shownSerial(grpcPort), first);
  skewMs = 21 * 24 * HOUR;
  let shown = first;
  while (shown === first) shown = await shownSerial(grpcPort);
  assert.notEqual(shown, first);
});

test("a member's certificate does not outlive its renewal's refusal: an expired one cannot renew", async () => {
  let skewMs = 0;
  const network = await startStation({ nowMs: () => Date.now() + skewMs, certificateLifeMs: HOUR });
  const { client } = await startPeer(network, 0);
  await client.heartbeat(statusOf(0));
  skewMs = 2 * HOUR;
  await failsWith("UNAUTHENTICATED", client.renew());
});
