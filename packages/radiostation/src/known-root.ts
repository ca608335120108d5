import { once } from "node:events";
import tls from "node:tls";
import { type Certificate, certificateIssuedBy, parseCertificate, type Verifier } from "@dure/crypto/x509";
import { RadioStationError } from "./error.ts";
import { fingerprintOf } from "./home.ts";

const CHAIN_MAX = 8;

/** Host and port of `host:port` or `[v6]:port`. */
const splitAddress = (address: string): { host: string; port: number } => {
  const colon = address.lastIndexOf(":");
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(address.slice(colon + 1)) };
};

const presented = (socket: tls.TLSSocket): Uint8Array[] => {
  const chain: Uint8Array[] = [];
  let next: tls.DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < CHAIN_MAX) {
    chain.push(new Uint8Array(next.raw));
    next = next.issuerCertificate === next ? undefined : next.issuerCertificate;
  }
  return chain;
};

const fetchChain = async (address: string, timeoutMs: number): Promise<Uint8Array[]> => {
  const socket = tls.connect({
    ...splitAddress(address),
    // Nothing is trusted yet and nothing is told: this connection only asks which root the server shows.
    rejectUnauthorized: false,
    ALPNProtocols: ["h2"],
  });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
    return presented(socket);
  } catch (cause) {
    if ((cause as Error).name === "AbortError")
      throw new RadioStationError("TIMEOUT", `no RadioStation answered at ${address} in ${timeoutMs} ms`, {
        cause,
      });
    throw new RadioStationError("UNREACHABLE", `no RadioStation can be reached at ${address}`, { cause });
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
};

/**
 * The root of the RadioStation at an address, known by its fingerprint. The newcomer's real connection then trusts this
 * root alone, so its token's secret is told to no other server.
 *
 * @throws RadioStationError `WRONG_FINGERPRINT`, `UNREACHABLE` or `TIMEOUT`.
 */
export const fetchKnownRoot = async (
  address: string,
  fingerprint: string,
  options: { readonly suite: Verifier; readonly timeoutMs: number },
): Promise<Certificate> => {
  for (const der of await fetchChain(address, options.timeoutMs)) {
    const parsed = parseCertificate(der);
    if (!parsed.ok || fingerprintOf(parsed.certificate) !== fingerprint) continue;
    if (certificateIssuedBy(options.suite, parsed.certificate, parsed.certificate)) return parsed.certificate;
  }
  throw new RadioStationError(
    "WRONG_FINGERPRINT",
    `the server at ${address} is not the RadioStation of this token; the token's secret was not sent`,
  );
};
