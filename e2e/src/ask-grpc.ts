import { connect } from "node:http2";

/** A certificate and key in PEM, to present in the handshake. */
export type Presented = { readonly cert: string; readonly key: string };

/** What became of a call: gRPC's status and our code, where the other side spoke at all. */
export type GrpcAnswer = { readonly spoke: boolean; readonly status: string; readonly code: string };

const SILENCE_MS = 10_000;

/**
 * One gRPC call by bare HTTP/2, so that it can be as wrong as a test wants. The server's certificate is not checked:
 * whoever attacks does not check either.
 */
export const askGrpc = (
  port: number,
  path: string,
  message: Uint8Array,
  presented?: Presented,
  headers: Readonly<Record<string, string>> = {},
): Promise<GrpcAnswer> =>
  new Promise((resolve) => {
    const session = connect(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
      ...presented,
    });
    let answer: GrpcAnswer = { spoke: false, status: "", code: "" };
    const finish = (): void => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(finish, SILENCE_MS);
    session.on("error", finish);
    session.on("close", finish);
    const read = (got: Readonly<Record<string, unknown>>): void => {
      const status = String(got["grpc-status"] ?? answer.status);
      answer = { spoke: true, status, code: String(got["dure-code"] ?? answer.code) };
    };
    const stream = session.request({
      ":method": "POST",
      ":path": path,
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    stream.on("response", read);
    stream.on("trailers", read);
    stream.on("error", finish);
    stream.on("close", finish);
    stream.resume();
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    stream.end(Buffer.concat([prefix, message]));
  });
