/** Epochs on real peers: validators come and go, keys and engines change, and nothing that was final is lost. */
import { strict as assert } from "node:assert";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { randomBytes } from "@dure/crypto/sodium";
import type { Identity } from "@dure/crypto/x509";
import { trustOf, verifyProof } from "@dure/ledger/proof";
import {
  type Approval,
  CONFIGURATION_SCORE,
  type ConfigurationChange,
  changeStatement,
  configurationPayload,
} from "@dure/membership";
import { toHex } from "@dure/types";
import {
  agree,
  commit,
  enrol,
  type Founded,
  found,
  getJson,
  introduce,
  isExecuted,
  type Json,
  type Member,
  postJson,
  type Running,
  signed,
  startAll,
  startMember,
  statusOf,
  suite,
  until,
  withHome,
} from "./fixture.test.ts";

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Submits a change of the configuration; returns the answer, with the transaction's id where it was taken. */
const submitChange = async (
  founded: Founded,
  running: Running,
  admin: Identity,
  change: ConfigurationChange,
  approvals: readonly Approval[] = [],
): Promise<{ readonly status: number; readonly answer: Json }> => {
  const payload = configurationPayload(change, approvals);
  const transaction = signed(founded, admin, "", { score: CONFIGURATION_SCORE, payload });
  return postJson(`${running.url}/api/v2/transactions?wait=final`, {
    transactions: [base64(transaction)],
    certificates: [base64(admin.certificate.der)],
  });
};

const reconfigure = async (
  founded: Founded,
  running: Running,
  admin: Identity,
  change: ConfigurationChange,
): Promise<void> => {
  const { status, answer } = await submitChange(founded, running, admin, change);
  assert.equal(status, 200, JSON.stringify(answer));
  await until(`epoch ${change.epoch} begins`, () => epochOf(running).then((epoch) => epoch === change.epoch));
};

const epochOf = async ({ url }: Running): Promise<unknown> =>
  (await getJson(`${url}/api/v2/consensus`))["epoch"];

const validatorOf = ({ id, seed }: Member) => ({
  id,
  publicKey: toHex(suite.publicKeyOf(seed)),
  weight: 1,
});

const data = (value: string) => ({ jsonrpc: "2.0", method: "propose", params: { proposer: value } });

const note = (running: Running, value: string) => commit(running, { data: value });

test("peers join a channel of one validator one after the other, and then it bears the loss of one", () =>
  withHome(async (home, peers) => {
    const founded = await found(1);
    const { organisation, members } = founded;
    const admin = await enrol(organisation, "admin", "admin");
    for (const at of [1, 2, 3]) {
      const id = `peer${at}.org`;
      (members as Member[]).push({
        id,
        identity: await enrol(organisation, id, "peer"),
        seed: randomBytes(32),
      });
    }
    peers.push(await startMember(founded, 0, home));
    const [first] = peers as [Running];
    const before = await note(first, "alone");
    for (const at of [1, 2, 3]) {
      peers.push(await startMember(founded, at, home));
      introduce(peers);
      const member = members[at] ?? assert.fail();
      await reconfigure(founded, first, admin, { epoch: at + 1, validators: { set: [validatorOf(member)] } });
      const joined = peers[at] ?? assert.fail();
      await until(`peer${at} votes in epoch ${at + 1}`, () => statusOf(joined).consensus.voting);
      await note(joined, `with peer${at}`);
    }
    await agree(peers);
    assert.ok(await isExecuted(peers[3] ?? assert.fail(), before));
    await first.peer.close();
    peers.shift();
    const [second, third] = peers as [Running, Running];
    await note(second, "without the first");
    await agree(peers);
    // A proof of what stands in the last epoch is verified from the genesis of the first.
    const id = await note(third, "proven");
    const trusted = trustOf(suite, founded.genesisText);
    assert.ok(trusted.ok);
    const answer = await getJson(`${second.url}/api/v2/transactions/${id}?proof=true`);
    const proof = answer["proof"] as Json;
    assert.equal((proof["epochs"] as unknown[]).length, 3);
    const verdict = verifyProof(trusted.trust, proof);
    assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
    // All of it comes back from disk.
    const restarted = peers.splice(0);
    for (const { peer } of restarted) await peer.close();
    peers.push(...(await startAll(founded, home)));
    await note(peers[0] ?? assert.fail(), "after a restart of all");
    await agree(peers);
    assert.equal(await epochOf(peers[2] ?? assert.fail()), 4);
  }));

test("a channel changes its engine at an epoch and back, while one peer is away", () =>
  withHome(async (home, peers) => {
    const founded = await found(4);
    const admin = await enrol(founded.organisation, "admin", "admin");
    peers.push(...(await startAll(founded, home)));
    const [first, , , last] = peers as [Running, Running, Running, Running];
    await note(first, "by LFT");
    await last.peer.close();
    peers.pop();
    await reconfigure(founded, first, admin, { epoch: 2, consensus: { engine: "ibft" } });
    await note(first, "by IBFT");
    peers.push(await startMember(founded, 3, home));
    introduce(peers);
    const back = peers[3] ?? assert.fail();
    await until(
      "who was away comes after",
      () => statusOf(back).consensus.voting && statusOf(back).height > 2,
    );
    await note(back, "by IBFT, all");
    await reconfigure(founded, first, admin, { epoch: 3, consensus: { engine: "lft", spinInterval: 3 } });
    await note(back, "by LFT again");
    await agree(peers);
  }));

test("a validator that lost its record votes again under a new key, and not before", () =>
  withHome(async (home, peers) => {
    const founded = await found(4);
    const admin = await enrol(founded.organisation, "admin", "admin");
    peers.push(...(await startAll(founded, home)));
    const [first, , , last] = peers as [Running, Running, Running, Running];
    await note(first, "before");
    await last.peer.close();
    peers.pop();
    await rm(join(last.home, "channels"), { recursive: true });
    const restart = async (): Promise<Running> => {
      const running = await startMember(founded, 3, home);
      peers.push(running);
      introduce(peers);
      await note(first, "again");
      await until("it follows", () => statusOf(running).height === statusOf(first).height);
      return running;
    };
    const lost = await restart();
    assert.equal(statusOf(lost).consensus.voting, false);
    // Another epoch is no new key: it still may not vote.
    await reconfigure(founded, first, admin, { epoch: 2, consensus: { spinInterval: 2 } });
    await until("it follows into the epoch", () => epochOf(lost).then((epoch) => epoch === 2));
    assert.equal(statusOf(lost).consensus.voting, false);
    await lost.peer.close();
    peers.pop();
    const member = { ...(founded.members[3] ?? assert.fail()), seed: randomBytes(32) };
    (founded.members as Member[])[3] = member;
    const rekeyed = await restart();
    assert.equal(statusOf(rekeyed).consensus.voting, false);
    await reconfigure(founded, first, admin, { epoch: 3, validators: { set: [validatorOf(member)] } });
    await until("it votes under its new key", () => statusOf(rekeyed).consensus.voting);
    // With one of the others gone, its vote is needed.
    await (peers[1] ?? assert.fail()).peer.close();
    peers.splice(1, 1);
    await note(rekeyed, "with its vote");
    await agree(peers);
  }));

test("a change of the configuration is refused where it is made for another epoch, or by too few", () =>
  withHome(async (home, peers) => {
    const founded = await found(1, 0);
    const { organisation, channelId } = founded;
    const admin = await enrol(organisation, "admin", "admin");
    const client = await enrol(organisation, "alice", "client");
    peers.push(...(await startAll(founded, home)));
    const [peer] = peers as [Running];
    const refusals: readonly [string, Identity, ConfigurationChange, readonly Approval[]][] = [
      ["a later epoch", admin, { epoch: 3 }, []],
      ["the current epoch", admin, { epoch: 1 }, []],
      ["no administrator", client, { epoch: 2 }, []],
      ["nobody of that name", admin, { epoch: 2, validators: { remove: ["peer7.org"] } }, []],
      [
        "an approval of its own organisation twice",
        admin,
        { epoch: 2 },
        [
          {
            certificate: admin.certificate.der,
            signature: suite.sign(admin.key.seed, changeStatement(channelId, { epoch: 2 })),
          },
        ],
      ],
    ];
    for (const [why, by, change, approvals] of refusals) {
      const { answer } = await submitChange(founded, peer, by, change, approvals);
      assert.match(JSON.stringify(answer), /CONFIGURATION_REFUSED/, why);
    }
    await reconfigure(founded, peer, admin, { epoch: 2, followers: { add: ["peer1.org"] } });
    await commit(peer, data("it goes on"));
  }));
