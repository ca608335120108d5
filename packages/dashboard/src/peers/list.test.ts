import assert from "node:assert/strict";
import { test } from "node:test";
import { peersIn } from "./list.ts";

const page = { protocol: "http:", hostname: "localhost" };

test("registered peers are known by id and REST address", () => {
  const answer = {
    response_code: 0,
    data: {
      registered_peer_list: [
        { peer_id: "peer0.devnet", target: "127.0.0.1:7100", rest_target: "127.0.0.1:9000" },
        { peer_id: "peer1.devnet", target: "127.0.0.1:7101" },
      ],
    },
  };
  assert.deepEqual(peersIn(answer, page), [{ id: "peer0.devnet", url: "http://127.0.0.1:9000" }]);
});

test("an answer of another shape names nobody", () => {
  for (const answer of [null, {}, { data: {} }, { data: { registered_peer_list: [{}] } }])
    assert.deepEqual(peersIn(answer, page), []);
});
