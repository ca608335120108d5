import { type Answer, request } from "@dure/client";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { fingerprintOf, signRequest } from "@dure/radiostation";
import { type IdentityOptions, identityOf } from "../acting-identity.ts";
import { LOOPBACK, planPorts } from "../devnet/ports.ts";
import { CliError } from "../error.ts";
import { findDevnet } from "../home/find-devnet.ts";

export type StationOptions = IdentityOptions & { readonly station?: string };

/** The RadioStation that is meant: that of `--station`, or the devnet's, or the default one. */
const stationOf = async ({ station, home }: StationOptions): Promise<string> => {
  if (station === undefined) {
    const devnet = await findDevnet(home, process.cwd());
    return `http://${LOOPBACK}:${planPorts(1, devnet?.settings.portOffset ?? 0).station.rest}`;
  }
  if (URL.canParse(station) && /^https?:$/.test(new URL(station).protocol)) return station;
  throw new CliError(
    "STATION_URL",
    `${station} is no RadioStation's address: give one such as http://127.0.0.1:9002`,
  );
};

/** v1 answers a refusal with status 200 and a code of its own. */
const checked = (answer: Answer): Answer => {
  if (answer["response_code"] === 0) return answer;
  throw new CliError(
    "STATION_REFUSED",
    String(answer["message"] ?? "the RadioStation refused, and said no reason"),
  );
};

/** What the RadioStation answers to a read. Throws ClientError or CliError `STATION_REFUSED`. */
export const readStation = async (options: StationOptions, path: string): Promise<Answer> =>
  checked(await request({ url: await stationOf(options) }, path));

/** The same for what changes something: signed by an administrator. */
export const changeStation = async (
  options: StationOptions,
  path: string,
  value: object,
): Promise<Answer> => {
  const { certificate, key, root } = await identityOf(options, createSodiumSuite());
  const body = new TextEncoder().encode(JSON.stringify(value));
  const authorization = await signRequest(
    { method: "POST", path, body },
    { certificate: certificate.der, keyPem: key.pem, audience: fingerprintOf(root), nowMs: Date.now() },
  );
  const target = { url: await stationOf(options), headers: { authorization } };
  return checked(await request(target, path, { bytes: body, contentType: "application/json" }));
};
