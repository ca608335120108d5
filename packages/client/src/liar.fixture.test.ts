/** A peer that lies: a real HTTP proxy before a real peer, which answers as it likes. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Turns an honest answer's text into another one. */
export type Lie = (text: string, path: string) => string;

export type Liar = {
  readonly url: string;
  /** What it does to JSON answers from now on. */
  tell: (lie: Lie) => void;
  /** How it answers from now on, in place of asking the real peer at all; undefined: as told. */
  behave: (behaviour: ((request: IncomingMessage, response: ServerResponse) => void) | undefined) => void;
  readonly close: () => Promise<void>;
};

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
};

/** Starts a liar before the peer of this address. Honest until told otherwise. */
export const startLiar = async (honest: string): Promise<Liar> => {
  let lie: Lie = (text) => text;
  let behaviour: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? "";
    const body = await bodyOf(request);
    const answer = await fetch(new URL(path, honest), {
      method: request.method ?? "GET",
      ...(body.length > 0 && { body: new Uint8Array(body) }),
    });
    const text = lie(await answer.text(), path);
    response.writeHead(answer.status, { "content-type": "application/json" }).end(text);
  };
  const server = createServer((request, response) => {
    if (behaviour !== undefined) return behaviour(request, response);
    forward(request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tell: (next) => {
      lie = next;
    },
    behave: (next) => {
      behaviour = next;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
};
