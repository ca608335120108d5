/**
 * Measures the round trip between two peers' transports: this process asks, a child of it answers. Both use the devnet's
 * own certificates, so that what is measured is what peers do.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { pemOf, readIdentity } from "@dure/crypto/x509";
import { createTransport, flat, type Transport } from "@dure/network";
import { quantile } from "../quantiles.ts";

/** The homes of two peers of a devnet: who asks, and who answers. */
export type RoundTripSetup = { readonly homes: readonly [string, string] };

const CHANNEL = "ab".repeat(32);
const FRAME_BYTES = 100;
const WARM_UP = 2_000;
const ROUNDS = 2_000;

const transportOf = async (home: string): Promise<Transport> => {
  const { certificate, key, root } = await readIdentity(join(home, "identity"), createSodiumSuite());
  return createTransport({
    self: certificate.commonName,
    host: "127.0.0.1",
    port: 0,
    identity: {
      certificatePem: pemOf("CERTIFICATE", certificate.der),
      keyPem: key.pem,
      rootsPem: [pemOf("CERTIFICATE", root.der)],
    },
    topology: flat(certificate.commonName),
    authorize: () => true,
  });
};

const nameOf = async (home: string): Promise<string> =>
  (await readIdentity(join(home, "identity"), createSodiumSuite())).certificate.commonName;

const answerTo = async (home: string): Promise<void> => {
  const transport = await transportOf(home);
  const membership = transport.join(CHANNEL, {
    onFrame: (from, lane, frame) => membership.send(from, lane, frame),
    onUp: () => undefined,
    onDown: () => undefined,
  });
  process.on("message", (asker: { readonly id: string; readonly address: string }) =>
    transport.setPeers([asker]),
  );
  process.send?.(await transport.start());
  process.on("disconnect", () => process.exit(0));
};

const ask = async ([home, other]: RoundTripSetup["homes"]): Promise<void> => {
  const child = fork(fileURLToPath(import.meta.url), ["answer", other]);
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  const transport = await transportOf(home);
  const peer = await nameOf(other);
  const samples: number[] = [];
  let sentMs = 0;
  let left = WARM_UP + ROUNDS;
  const done = new Promise<void>((resolve) => {
    const send = (): void => {
      sentMs = performance.now();
      membership.send(peer, "consensus", new Uint8Array(FRAME_BYTES));
    };
    const membership = transport.join(CHANNEL, {
      onFrame: () => {
        left -= 1;
        if (left < ROUNDS) samples.push(performance.now() - sentMs);
        if (left === 0) resolve();
        else setImmediate(send);
      },
      onUp: send,
      onDown: () => undefined,
    });
  });
  const { port: own } = await transport.start();
  // Whichever of the two dials by the topology finds the other.
  transport.setPeers([{ id: peer, address: `127.0.0.1:${port}` }]);
  child.send({ id: await nameOf(home), address: `127.0.0.1:${own}` });
  await done;
  process.send?.(
    quantile(
      samples.sort((a, b) => a - b),
      0.5,
    ),
  );
  child.disconnect();
  await transport.close();
  process.on("disconnect", () => process.exit(0));
};

const [first = "", second = ""] = process.argv.slice(2);
if (first === "answer") await answerTo(second);
else await ask((JSON.parse(first) as RoundTripSetup).homes);
