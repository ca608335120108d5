import { type Certificate, type Identity, parseCertificate, pemOf } from "@dure/crypto/x509";
import { ChannelCredentials, Client, type ServiceError, status } from "@grpc/grpc-js";
import { RadioStationError, type RadioStationErrorCode } from "./error.ts";
import { stationCommonName } from "./names.ts";
import {
  ANSWER_MESSAGE_BYTES_MAX,
  type AnswerOf,
  Answers,
  CODE_TRAILER,
  decodeMessage,
  encodeMessage,
  pathOf,
  type RequestOf,
  type Verb,
} from "./protocol.ts";
import { isRefusalCode } from "./refusal.ts";

/** An open line to a RadioStation: connects when first used, and again after a loss. */
export type Line = {
  call<V extends Verb>(verb: V, request: RequestOf<V>): Promise<AnswerOf<V>>;
  close(): void;
};

const LINE_OPTIONS = {
  "grpc.max_receive_message_length": ANSWER_MESSAGE_BYTES_MAX,
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.min_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 2_000,
  "grpc.use_local_subchannel_pool": 1,
  "grpc.enable_http_proxy": 0,
  "grpc.keepalive_time_ms": 20_000,
  "grpc.keepalive_timeout_ms": 5_000,
};

const raw = (bytes: Buffer): Buffer => bytes;

/** The server's certificate must be the RadioStation's own: a peer's, of the same root, would not do. */
const checkServer =
  (root: Certificate) =>
  (_host: string, shown: { raw: Buffer }): Error | undefined => {
    const parsed = parseCertificate(shown.raw);
    const expected = stationCommonName(root.organisation);
    return parsed.ok && parsed.certificate.commonName === expected && !parsed.certificate.isCa
      ? undefined
      : new Error(`the server is not ${expected}`);
  };

const errorOf = (error: ServiceError, address: string, timeoutMs: number): RadioStationError => {
  const [code] = error.metadata?.get(CODE_TRAILER) ?? [];
  const known: RadioStationErrorCode | undefined =
    typeof code === "string" && isRefusalCode(code) ? code : undefined;
  if (known !== undefined) return new RadioStationError(known, error.details, { cause: error });
  if (error.code === status.DEADLINE_EXCEEDED)
    return new RadioStationError("TIMEOUT", `no answer from ${address} in ${timeoutMs} ms`, { cause: error });
  if (error.code === status.RESOURCE_EXHAUSTED)
    return new RadioStationError("TOO_LARGE", `a message to or from ${address} is too large`, {
      cause: error,
    });
  if (error.code === status.UNAVAILABLE || error.code === status.CANCELLED)
    return new RadioStationError("UNREACHABLE", `${address} cannot be reached: ${error.details}`, {
      cause: error,
    });
  return new RadioStationError("BAD_ANSWER", `${address} answers as no RadioStation does: ${error.details}`, {
    cause: error,
  });
};

/** A line that trusts this root alone, and shows the identity if there is one. */
export const openLine = (options: {
  readonly address: string;
  readonly root: Certificate;
  readonly identity?: Identity | undefined;
  readonly timeoutMs: number;
}): Line => {
  const { address, root, identity, timeoutMs } = options;
  const pem = (certificate: Certificate) => Buffer.from(pemOf("CERTIFICATE", certificate.der));
  const credentials = ChannelCredentials.createSsl(
    pem(root),
    identity ? Buffer.from(identity.key.pem) : null,
    identity ? pem(identity.certificate) : null,
    { checkServerIdentity: checkServer(root) },
  );
  const name = stationCommonName(root.organisation);
  const client = new Client(address, credentials, { ...LINE_OPTIONS, "grpc.ssl_target_name_override": name });
  return {
    call: (verb, request) =>
      new Promise((resolve, reject) => {
        const deadline = Date.now() + timeoutMs;
        const body = encodeMessage(request);
        client.makeUnaryRequest(pathOf(verb), raw, raw, body, { deadline }, (error, answer) => {
          if (error) return reject(errorOf(error, address, timeoutMs));
          const read = Answers[verb].safeParse(answer && decodeMessage(answer));
          if (read.success) return resolve(read.data as AnswerOf<typeof verb>);
          reject(new RadioStationError("BAD_ANSWER", `${address} gave a malformed answer to ${verb}`));
        });
      }),
    close: () => client.close(),
  };
};
