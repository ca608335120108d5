import {
  generateIdentityKey,
  makeRequest,
  pemOf,
  type SubjectAltName,
  type Verifier,
} from "@dure/crypto/x509";
import type { experimental } from "@grpc/grpc-js";
import type { Home } from "./home.ts";
import { issueRecorded } from "./issuance.ts";
import { stationCommonName } from "./names.ts";

type Update = experimental.IdentityCertificateUpdate;

/** The RadioStation's own certificate for TLS, renewed while it runs. */
export type ServerCertificate = {
  readonly provider: experimental.CertificateProvider;
  /** Issues another certificate if two thirds of the present one's life are over. */
  renewIfDue(): Promise<void>;
};

const LIFE_MS = 30 * 24 * 3_600_000;

/**
 * Issues the RadioStation a certificate with a fresh key at each start, so that its key never rests on disk. It goes out
 * with the root behind it: a newcomer knows the root by the fingerprint in its token.
 *
 * @param host where the server listens, named in the certificate beside the loopback addresses.
 */
export const createServerCertificate = async (
  home: Home,
  options: { readonly suite: Verifier; readonly nowMs: () => number; readonly host: string },
): Promise<ServerCertificate> => {
  const { suite, nowMs, host } = options;
  const { organisation } = home.root;
  const commonName = stationCommonName(organisation);
  const isIp = /^[0-9.]+$|:/.test(host);
  const subjectAltNames: SubjectAltName[] = [
    { type: "dns", value: commonName },
    { type: "dns", value: "localhost" },
    { type: "ip", value: "127.0.0.1" },
    ...(host === "127.0.0.1" ? [] : [{ type: isIp ? ("ip" as const) : ("dns" as const), value: host }]),
  ];

  const make = async (): Promise<Update & { dueAtMs: number }> => {
    const key = generateIdentityKey();
    const request = await makeRequest({ commonName, organisation, roles: [] }, key);
    const atMs = nowMs();
    const issued = await issueRecorded(home, suite, {
      request,
      roles: [],
      nowMs: atMs,
      lifeMs: LIFE_MS,
      subjectAltNames,
    });
    if (!issued.ok) throw new Error(`the RadioStation cannot certify itself: ${issued.message}`);
    const { der, notAfterMs } = issued.certificate;
    const chain = pemOf("CERTIFICATE", der) + pemOf("CERTIFICATE", home.root.der);
    const dueAtMs = atMs + ((notAfterMs - atMs) * 2) / 3;
    return { certificate: Buffer.from(chain), privateKey: Buffer.from(key.pem), dueAtMs };
  };

  let current = await make();
  let renewing = false;
  const ca = { caCertificate: Buffer.from(pemOf("CERTIFICATE", home.root.der)) };
  const listeners = new Set<experimental.IdentityCertificateUpdateListener>();
  return {
    provider: {
      // Never at once: grpc-js starts to listen for updates only after it has subscribed here.
      addCaCertificateListener: (listener) => process.nextTick(listener, ca),
      removeCaCertificateListener: () => undefined,
      addIdentityCertificateListener: (listener) => {
        listeners.add(listener);
        process.nextTick(listener, current);
      },
      removeIdentityCertificateListener: (listener) => void listeners.delete(listener),
    },
    renewIfDue: async () => {
      if (renewing || nowMs() < current.dueAtMs) return;
      renewing = true;
      try {
        current = await make();
        for (const listener of listeners) listener(current);
      } finally {
        renewing = false;
      }
    },
  };
};
