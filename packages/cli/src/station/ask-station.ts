import { type Answer, ClientError, request } from "@dure/client/request";
import type { IdentityOptions } from "../acting-identity.ts";
import { LOOPBACK, planPorts } from "../devnet/ports.ts";
import { CliError } from "../error.ts";
import { findDevnet } from "../home/find-devnet.ts";

/** How a command is told which RadioStation is meant, and who signs. */
export type StationOptions = IdentityOptions & { readonly radiostationRest?: string };

const urlOf = async ({ radiostationRest: given, home }: StationOptions): Promise<string> => {
  if (given === undefined) {
    const devnet = await findDevnet(home, process.cwd());
    return `http://${LOOPBACK}:${planPorts(1, devnet?.settings.portOffset ?? 0).station.rest}`;
  }
  if (URL.canParse(given) && /^https?:$/.test(new URL(given).protocol)) return given;
  throw new CliError(
    "STATION_URL",
    `${given} is no RadioStation's address: give one such as http://127.0.0.1:9002`,
  );
};

/** v1 answers a refusal with status 200 and a code of its own. */
const checked = (answer: Answer): Answer => {
  if (answer["response_code"] === 0) return answer;
  throw new CliError(
    "STATION_REFUSED",
    String(answer["message"] ?? "the RadioStation refused, and gave no reason"),
  );
};

const ask = async (...[target, path, body]: Parameters<typeof request>): Promise<Answer> => {
  try {
    return checked(await request(target, path, body));
  } catch (cause) {
    if (!(cause instanceof ClientError) || cause.code !== "PEER_UNREACHABLE") throw cause;
    throw new CliError(
      "STATION_UNREACHABLE",
      `${target.url} gives no answer: start the RadioStation, or name another with --radiostation-rest`,
      { cause },
    );
  }
};

/**
 * What the RadioStation answers to a read.
 *
 * @throws CliError `STATION_URL`, `STATION_UNREACHABLE` or `STATION_REFUSED`; ClientError with the code that it gave.
 */
export const readStation = async (options: StationOptions, path: string): Promise<Answer> =>
  ask({ url: await urlOf(options) }, path);

/** As `readStation`, for what changes something: signed by the administrator of the options. */
export const changeStation = async (
  options: StationOptions,
  path: string,
  value: object,
): Promise<Answer> => {
  // What signs is loaded only here: a read needs none of it.
  const { identityOf } = await import("../acting-identity.ts");
  const { createSodiumSuite } = await import("@dure/crypto/sodium");
  const { fingerprintOf, signRequest } = await import("@dure/radiostation");
  const { certificate, key, root } = await identityOf(options, createSodiumSuite());
  const body = new TextEncoder().encode(JSON.stringify(value));
  const authorization = await signRequest(
    { method: "POST", path, body },
    { certificate: certificate.der, keyPem: key.pem, audience: fingerprintOf(root), nowMs: Date.now() },
  );
  const target = { url: await urlOf(options), headers: { authorization } };
  return ask(target, path, { bytes: body, contentType: "application/json" });
};
