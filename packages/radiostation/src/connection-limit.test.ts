import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import { startStation } from "./fixture.test.ts";

/** As many as one address may have open at a RadioStation's REST. */
const PER_ADDRESS = 256;

const connect = async (port: number): Promise<net.Socket> => {
  const socket = net.connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  await once(socket, "connect");
  return socket;
};

/** The answer's first line, or nothing if the connection is closed without one. */
const ask = async (port: number): Promise<string> => {
  const socket = await connect(port);
  let text = "";
  socket.setEncoding("latin1").on("data", (part: string) => {
    text += part;
  });
  socket.write("GET /api/v1/conf HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
  await once(socket, "close");
  return text.slice(0, 15);
};

test("an address with too many connections open gets no other, and one again for each that it closes", async () => {
  const { restPort } = await startStation();
  const silent: net.Socket[] = [];
  for (let i = 0; i < PER_ADDRESS - 1; i++) silent.push(await connect(restPort));
  assert.equal(await ask(restPort), "HTTP/1.1 200 OK");
  silent.push(await connect(restPort));
  assert.equal(await ask(restPort), "");
  const ended = silent.pop();
  assert.ok(ended);
  ended.end();
  await once(ended.resume(), "close");
  assert.equal(await ask(restPort), "HTTP/1.1 200 OK");
  for (const each of silent) each.destroy();
});

test("a request that keeps coming is ended after its time, in its head and in its body alike", {
  timeout: 25_000,
}, async () => {
  const { restPort } = await startStation();
  const headOf = async (beginning: string, part: string): Promise<string> => {
    const socket = await connect(restPort);
    let text = "";
    socket.setEncoding("latin1").on("data", (each: string) => {
      text += each;
    });
    socket.write(beginning);
    const drip = setInterval(() => socket.writable && socket.write(part), 500);
    await once(socket, "close");
    clearInterval(drip);
    return text.slice(0, 12);
  };
  const head = "POST /api/v1/conf HTTP/1.1\r\nhost: x\r\n";
  const ended = [headOf(head, "a: b\r\n"), headOf(`${head}content-length: 1000\r\n\r\n`, " ")];
  assert.deepEqual(await Promise.all(ended), ["HTTP/1.1 408", "HTTP/1.1 408"]);
});
