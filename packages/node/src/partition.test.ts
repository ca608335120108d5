/** Real peers whose every connection goes through a wire that can be cut: partitions of each kind, under either engine. */
import { strict as assert } from "node:assert";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import {
  agree,
  commit,
  type Founded,
  found,
  isExecuted,
  postJson,
  type Running,
  startMember,
  statusOf,
  until,
  withHome,
} from "./fixture.test.ts";

/** One way from one peer to another, through a proxy of its own. */
type Wire = {
  readonly address: string;
  readonly cut: () => void;
  readonly mend: () => void;
  readonly close: () => void;
};

const portOf = (address: string): number => Number(address.split(":")[1]);

const layWire = async (to: string): Promise<Wire> => {
  const sockets = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(portOf(to), "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const drop = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => {
      isCut = true;
      drop();
    },
    mend: () => {
      isCut = false;
    },
    close: () => {
      drop();
      server.close();
    },
  };
};

/** Wires between all of them, each peer's address book leading through its own. */
const wireUp = async (peers: readonly Running[]) => {
  const wires = new Map<string, Wire>();
  for (const [from, { peer }] of peers.entries()) {
    const book = [];
    for (const [to, { address }] of peers.entries()) {
      if (from === to) continue;
      const wire = await layWire(address.address);
      wires.set(`${from} ${to}`, wire);
      book.push({ id: address.id, address: wire.address });
    }
    peer.setPeers(book);
  }
  const between = (one: readonly number[], other: readonly number[]): Wire[] =>
    [...wires].flatMap(([way, wire]) => {
      const [from, to] = way.split(" ").map(Number) as [number, number];
      const crosses =
        (one.includes(from) && other.includes(to)) || (other.includes(from) && one.includes(to));
      return crosses ? [wire] : [];
    });
  return {
    between,
    close: () => {
      for (const wire of wires.values()) wire.close();
    },
  };
};

const begin = async (founded: Founded, home: string, peers: Running[]) => {
  for (const at of founded.members.keys()) peers.push(await startMember(founded, at, home));
  return wireUp(peers);
};

for (const engine of ["lft", "ibft"] as const)
  test(`partitions under ${engine}: no half commits, a majority does, and all agree afterwards`, () =>
    withHome(async (home, peers) => {
      const founded = await found(4, 0, (document) => ({
        ...document,
        consensus: { ...document.consensus, engine },
      }));
      const { between, close } = await begin(founded, home, peers);
      try {
        const [first, , third, fourth] = peers as [Running, Running, Running, Running];
        await commit(first, { data: "whole" });
        const height = await agree(peers);

        const halves = between([0, 1], [2, 3]);
        for (const wire of halves) wire.cut();
        const sent = await Promise.all(
          [first, third].map(async ({ url }, side) => {
            const { answer } = await postJson(`${url}/api/v1/transactions`, { data: `side ${side}` });
            return String(answer["tx_hash"]);
          }),
        );
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        for (const running of peers) assert.equal(statusOf(running).height, height, "a half has committed");
        for (const wire of halves) wire.mend();
        for (const id of sent)
          await until(
            `${id} is executed on the other side too`,
            async () => (await isExecuted(first, id)) && (await isExecuted(third, id)),
          );

        const alone = between([3], [0, 1, 2]);
        for (const wire of alone) wire.cut();
        await commit(first, { data: "without the fourth" });
        await commit(third, { data: "and again" });
        assert.ok(statusOf(fourth).height < statusOf(first).height);
        for (const wire of alone) wire.mend();
        await agree(peers);
        await commit(fourth, { data: "whole again" });
        await agree(peers);
      } finally {
        close();
      }
    }));
