import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConsensusAnswer, StatusAnswer } from "../answers.ts";
import { type Heard, peerRows } from "./peer-rows.ts";

const status = (peerId: string, more: Partial<StatusAnswer> = {}): StatusAnswer => ({
  channelId: "c1",
  name: "devnet",
  peerId,
  height: 7,
  executedHeight: 6,
  transactionCount: 9,
  connected: ["x", "y"],
  damaged: 0,
  ...more,
});

const consensus = (ids: readonly (readonly [string, boolean])[]): ConsensusAnswer => ({
  epoch: 0,
  view: 3,
  leaderId: "b",
  spinInterval: 1,
  height: 7,
  executedHeight: 6,
  validators: ids.map(([id, connected], index) => ({
    index,
    id,
    weight: 1,
    leads: id === "b",
    connected,
    lastMessage: null,
  })),
});

test("validators come in the order of leading, then other peers, each with what it said", () => {
  const rows = peerRows(
    [
      { url: "http://f", id: "f" },
      { url: "http://b", id: undefined },
      { url: "http://a", id: "a" },
    ],
    new Map<string, Heard>([
      ["http://a", "silent"],
      ["http://b", status("b")],
      ["http://f", status("f", { halted: "no room" })],
    ]),
    consensus([
      ["a", false],
      ["b", true],
    ]),
    "c1",
  );
  assert.deepEqual(
    rows.map(({ id, state, height, links }) => [id, state, height, links]),
    [
      ["a", "silent", undefined, undefined],
      ["b", "online", 7, 2],
      ["f", "halted", 7, 2],
    ],
  );
});

test("a validator without an address is there if others are linked with it", () => {
  const rows = peerRows(
    [],
    new Map(),
    consensus([
      ["a", true],
      ["b", false],
    ]),
    "c1",
  );
  assert.deepEqual(
    rows.map(({ id, url, state }) => [id, url, state]),
    [
      ["a", undefined, "online"],
      ["b", undefined, "silent"],
    ],
  );
});

test("a peer of another channel is told apart, one that was not asked yet is called by its address", () => {
  const known = [
    { url: "http://a", id: "a" },
    { url: "http://h:9000", id: undefined },
  ];
  const rows = peerRows(known, new Map([["http://a", status("a", { channelId: "c2" })]]), undefined, "c1");
  assert.deepEqual(
    rows.map(({ id, state }) => [id, state]),
    [
      ["a", "elsewhere"],
      ["h:9000", "unknown"],
    ],
  );
});
