import type { Certificate } from "@dure/crypto/x509";
import {
  experimental,
  type handleUnaryCall,
  Metadata,
  type MethodDefinition,
  Server,
  type ServerCredentials,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import type { Logger } from "pino";
import type { Authenticate } from "./caller.ts";
import { RadioStationError } from "./error.ts";
import {
  CODE_TRAILER,
  decodeMessage,
  encodeMessage,
  pathOf,
  REQUEST_MESSAGE_BYTES_MAX,
  Requests,
  VERBS,
  type Verb,
} from "./protocol.ts";
import { REFUSAL_STATUS, type Refusal, type Reply, refuse } from "./refusal.ts";
import { enrol, memberVerbs, type VerbContext } from "./verbs.ts";

const raw = (bytes: Buffer): Buffer => bytes;

const definition = (verb: Verb): MethodDefinition<Buffer, Buffer> => ({
  path: pathOf(verb),
  requestStream: false,
  responseStream: false,
  requestSerialize: raw,
  requestDeserialize: raw,
  responseSerialize: raw,
  responseDeserialize: raw,
});

const SERVER_OPTIONS = {
  "grpc.max_receive_message_length": REQUEST_MESSAGE_BYTES_MAX,
  "grpc.max_concurrent_streams": 64,
  "grpc.max_connection_idle_ms": 60_000,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc-node.max_session_memory": 4,
};

const statusOf = ({ code, message }: Refusal) => {
  const metadata = new Metadata();
  metadata.set(CODE_TRAILER, code);
  return { code: REFUSAL_STATUS[code], details: message, metadata };
};

const respond = async (
  verb: Verb,
  bytes: Buffer,
  presented: Uint8Array | undefined,
  context: VerbContext,
  authenticate: Authenticate,
): Promise<Reply<unknown>> => {
  const read = Requests[verb].safeParse(decodeMessage(bytes));
  const malformed = () =>
    refuse("BAD_REQUEST", `${verb}: ${read.error?.issues[0]?.message ?? "malformed"}`.slice(0, 200));
  if (verb === "Enrol") return read.success ? enrol(context, read.data as never) : malformed();
  const caller = await authenticate(presented);
  if (!caller.ok) return caller;
  if (!read.success) return malformed();
  // The table pairs each verb with its request; the compiler cannot follow the pairing through a union of verbs.
  const run = memberVerbs[verb] as (
    context: VerbContext,
    body: unknown,
    caller: Certificate,
  ) => Promise<Reply<unknown>>;
  return run(context, read.data, caller.value);
};

/**
 * The gRPC server of the verbs, not yet bound. TLS asks each caller for a certificate and requires none: a newcomer has
 * none yet. A certificate that does not verify counts as none.
 */
export const createGrpcServer = (
  context: VerbContext,
  authenticate: Authenticate,
  logger: Logger,
): Server => {
  const answer =
    (verb: Verb): handleUnaryCall<Buffer, Buffer> =>
    (call, callback) => {
      const presented = call.getAuthContext().sslPeerCertificate?.raw;
      respond(verb, call.request, presented, context, authenticate).then(
        (reply) => {
          if (reply.ok) return callback(null, encodeMessage(reply.value));
          logger.debug({ verb, code: reply.code, peer: call.getPeer() }, "refused");
          callback(statusOf(reply));
        },
        (error: unknown) => {
          logger.error({ verb, err: error }, "a call failed");
          callback(statusOf(refuse("INTERNAL", "the RadioStation could not do this; its log says why")));
        },
      );
    };
  const server = new Server(SERVER_OPTIONS);
  const service: ServiceDefinition = Object.fromEntries(VERBS.map((verb) => [verb, definition(verb)]));
  const handlers: UntypedServiceImplementation = Object.fromEntries(
    VERBS.map((verb) => [verb, answer(verb)]),
  );
  server.addService(service, handlers);
  return server;
};

/**
 * Binds the server to a port (0 for any) and gives the port.
 *
 * @throws RadioStationError `PORT_IN_USE`.
 */
export const bindGrpc = (
  server: Server,
  provider: experimental.CertificateProvider,
  host: string,
  port: number,
): Promise<number> => {
  // One provider serves both the authority's and our own certificate, so their order as arguments does not matter.
  const credentials: ServerCredentials = experimental.createCertificateProviderServerCredentials(
    provider,
    provider,
    false,
  );
  const authority = host.includes(":") ? `[${host}]` : host;
  return new Promise((resolve, reject) => {
    server.bindAsync(`${authority}:${port}`, credentials, (error, bound) => {
      if (error === null) return resolve(bound);
      const taken = error.message.includes("EADDRINUSE");
      reject(taken ? portInUse(port, error) : error);
    });
  });
};

export const portInUse = (port: number, cause: unknown): RadioStationError =>
  new RadioStationError("PORT_IN_USE", `port ${port} is in use: end its holder, or use another port`, {
    cause,
  });
