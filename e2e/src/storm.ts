import { Agent, request } from "node:http";
import { connect } from "node:net";
import type { BadRequest } from "./bad-requests.ts";

/** What a port answered to a request. */
export type Answered = { readonly request: BadRequest; readonly status: number; readonly body: string };

const AT_ONCE = 24;
const ANSWER_MS = 15_000;

const ask = (port: number, agent: Agent, bad: BadRequest): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { method, path, headers, body } = bad;
    // Without it Node sends DELETE's body bare, and its bytes would spoil the next request on this connection.
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    const outgoing = request({
      host: "127.0.0.1",
      port,
      agent,
      method,
      path,
      headers: { ...length, ...headers },
    });
    outgoing.setTimeout(ANSWER_MS, () =>
      outgoing.destroy(new Error(`no answer to ${method} ${path.slice(0, 80)}`)),
    );
    outgoing.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          request: bad,
          status: response.statusCode ?? 0,
          body: Buffer.concat(parts).toString("utf8"),
        }),
      );
    });
    // The peer may cut a connection in the middle of what it refuses to read: that is an answer too.
    outgoing.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "ECONNRESET" || error.code === "EPIPE"
        ? resolve({ request: bad, status: 0, body: "" })
        : reject(error),
    );
    outgoing.end(body);
  });

const spread = async (count: number, work: (at: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < count; at = next++) await work(at);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

/** Sends so many requests to an HTTP port and hands each answer over. Throws if one gets none. */
export const stormHttp = async (
  port: number,
  count: number,
  make: () => BadRequest,
  onAnswer: (answered: Answered) => void,
): Promise<void> => {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  try {
    await spread(count, async () => onAnswer(await ask(port, agent, make())));
  } finally {
    agent.destroy();
  }
};

/** Writes so many inputs to a TCP port, each on a connection of its own, half of them cut off at once. */
export const stormTcp = (port: number, count: number, make: () => Uint8Array): Promise<void> =>
  spread(
    count,
    (at) =>
      new Promise((resolve, reject) => {
        const socket = connect({ host: "127.0.0.1", port });
        socket.on("error", (error: NodeJS.ErrnoException) => {
          if (error.code === "ECONNREFUSED") reject(error);
        });
        socket.on("close", () => resolve());
        socket.on("data", () => undefined);
        socket.on("connect", () =>
          socket.write(make(), () => (at % 2 === 0 ? socket.resetAndDestroy() : socket.end())),
        );
        // Whoever waits for the rest of a half input waits without us.
        socket.setTimeout(200, () => socket.destroy());
      }),
  );
