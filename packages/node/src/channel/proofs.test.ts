import { strict as assert } from "node:assert";
import { test } from "node:test";
import { createInlineVerifier } from "@dure/crypto/verifier";
import { pemOf } from "@dure/crypto/x509";
import { type ProofFacts, trustOf, verifyProof } from "@dure/ledger/proof";
import { createTransport, flat } from "@dure/network";
import { decodeText, encodeText, type Hash } from "@dure/types";
import { pino } from "pino";
import { enrol, type Founded, found, signed, suite, until, withHome } from "../fixture.test.ts";
import { Refusal } from "../rest/refusal.ts";
import { FRAME_BYTES_MAX, type OpenChannel, openChannel } from "./open.ts";

const LIMIT = { timeout: 120_000 };
const WAIT_MS = 30_000;

type Running = OpenChannel & {
  readonly address: { readonly id: string; readonly address: string };
  readonly meet: (peers: readonly Running[]) => void;
};

/** A member's channel with its transport and no REST: proofs are asked for by the view. */
const openMember = async (founded: Founded, at: number, home: string): Promise<Running> => {
  const { id: peerId, identity, seed } = founded.members[at] ?? assert.fail(`no member ${at}`);
  const transport = createTransport({
    self: peerId,
    host: "127.0.0.1",
    port: 0,
    identity: {
      certificatePem: pemOf("CERTIFICATE", identity.certificate.der),
      keyPem: identity.key.pem,
      rootsPem: [pemOf("CERTIFICATE", identity.root.der)],
    },
    topology: flat(peerId),
    authorize: () => true,
    limits: { frameBytesMax: FRAME_BYTES_MAX },
    onEvent: () => undefined,
  });
  const channel = await openChannel({
    suite,
    verifier: createInlineVerifier(suite),
    home: `${home}/${peerId}`,
    genesisText: founded.genesisText,
    peerId,
    consensusSeed: seed,
    submitter: () => assert.fail("no peer signs here"),
    transport,
    connect: () => assert.fail("no snapshot is needed here"),
    stopping: new AbortController().signal,
    logger: pino({ enabled: false }),
    onFailed: (error) => {
      throw error;
    },
  });
  const { port } = await transport.start();
  const close = async (): Promise<void> => {
    channel.settle();
    await channel.close();
    await transport.close();
  };
  return {
    ...channel,
    close,
    address: { id: peerId, address: `127.0.0.1:${port}` },
    meet: (peers) => transport.setPeers(peers.map(({ address }) => address)),
  };
};

/** Runs members of a channel together; they are closed at the end, whatever happens. */
const withMembers = (
  founded: Founded,
  which: readonly number[],
  work: (members: Running[], join: (at: number) => Promise<Running>) => Promise<void>,
): Promise<void> =>
  withHome(async (home) => {
    const members: Running[] = [];
    const join = async (at: number): Promise<Running> => {
      const member = await openMember(founded, at, home);
      members.push(member);
      for (const each of members) each.meet(members);
      return member;
    };
    try {
      for (const at of which) await join(at);
      await work(members, join);
    } finally {
      for (const member of members) await member.close();
    }
  });

type Stage = "final" | "executed";

/** Submits payloads at once, each signed by a client of the channel, and waits until all are so far there. */
const submit = async (
  founded: Founded,
  { view }: Running,
  payloads: readonly unknown[],
  stage: Stage = "executed",
): Promise<readonly Hash[]> => {
  const client = await enrol(founded.organisation, "alice", "client");
  view.learn([client.certificate.der]);
  const admissions = await view.submit(payloads.map((payload) => signed(founded, client, payload)));
  const ids = admissions.map((admission) => (admission.ok ? admission.id : assert.fail(admission.message)));
  for (const progress of await view.wait(ids, stage, WAIT_MS)) assert.notEqual(progress.stage, "accepted");
  return ids;
};

const shownBy = (founded: Founded, document: unknown): ProofFacts => {
  const trusted = trustOf(suite, founded.genesisText);
  assert.ok(trusted.ok);
  // As a client gets it: through JSON text.
  const verdict = verifyProof(trusted.trust, JSON.parse(JSON.stringify(document)));
  assert.ok(verdict.ok, verdict.ok ? "" : verdict.message);
  return verdict;
};

const isNotReady = (error: unknown): boolean => error instanceof Refusal && error.code === "PROOF_NOT_READY";

const PROPOSAL = {
  method: "propose",
  params: { proposer: "alice", counterparties: ["bob"], content: "a roof", quorum: 2 },
};

/** One that takes its time to execute. */
const LARGE_PROPOSAL = {
  ...PROPOSAL,
  params: { ...PROPOSAL.params, counterparties: Array.from({ length: 100 }, (_, at) => `party ${at}`) },
};

test("any peer proves a transaction and its result as soon as it is executed", LIMIT, async () => {
  const founded = await found(4);
  await withMembers(founded, [0, 1, 2, 3], async (members) => {
    const [first] = members;
    assert.ok(first !== undefined);
    const [id] = await submit(founded, first, [PROPOSAL]);
    assert.ok(id !== undefined);
    for (const { view } of members) {
      await until("it is executed here", () => view.progress(id).stage === "executed");
      const shown = shownBy(founded, await view.proofs.transaction(id, WAIT_MS));
      assert.ok(shown.kind === "transaction");
      assert.deepEqual([shown.id, shown.height, shown.index], [id, 1, 0]);
      assert.deepEqual([shown.receipt?.code, shown.receipt?.result], [0, '{"contract_id":"1"}']);
      assert.equal(shown.receipt?.events[0]?.name, "proposed");
    }
  });
});

test("a peer proves what stands under a key, and that nothing does", LIMIT, async () => {
  const founded = await found(4);
  await withMembers(founded, [0, 1, 2, 3], async (members) => {
    const [first] = members;
    assert.ok(first !== undefined);
    await assert.rejects(first.view.proofs.state(encodeText("any"), WAIT_MS), isNotReady);
    await submit(founded, first, [PROPOSAL]);
    const key = encodeText("contract-agreement\0count");
    const { height, held, proof } = await first.view.proofs.state(key, WAIT_MS);
    const shown = shownBy(founded, proof);
    assert.ok(shown.kind === "state" && shown.value !== undefined);
    assert.deepEqual([shown.height, shown.key, shown.version], [height, key, { height: 1, index: 0 }]);
    assert.deepEqual(shown.value, held?.value);
    assert.equal(decodeText(shown.value), "1");
    const nothing = await first.view.proofs.state(encodeText("contract-agreement\0nothing"), WAIT_MS);
    assert.equal(nothing.held, undefined);
    const absent = shownBy(founded, nothing.proof);
    assert.ok(absent.kind === "state" && absent.value === undefined);
  });
});

test("a peer that was away proves every block and transaction made meanwhile", LIMIT, async () => {
  const founded = await found(4);
  await withMembers(founded, [0, 1, 2], async (members, join) => {
    const [first] = members;
    assert.ok(first !== undefined);
    const ids: Hash[] = [];
    // Ordering runs ahead of execution here, so that a later header carries only the newest of several certificates.
    for (let round = 0; round < 2; round++) {
      ids.push(
        ...(await submit(
          founded,
          first,
          Array.from({ length: 60 }, () => LARGE_PROPOSAL),
          "final",
        )),
      );
      for (let n = 0; n < 4; n++) ids.push(...(await submit(founded, first, [{ data: n }], "final")));
    }
    ids.push(...(await submit(founded, first, [PROPOSAL])));
    const late = await join(3);
    const { height } = first.view.status();
    await until("the late peer caught up", () => late.view.status().executedHeight >= height);
    const listed: Hash[] = [];
    for (let at = 1; at <= height; at++) {
      const shown = shownBy(founded, await late.view.proofs.block(at, { full: true }, WAIT_MS));
      assert.ok(shown.kind === "block" && shown.transactions !== undefined);
      assert.equal(shown.receipts?.length, shown.transactions.length);
      listed.push(...shown.transactions.map(({ id }) => id));
    }
    assert.deepEqual(new Set(listed), new Set(ids));
    for (const id of ids.slice(50)) {
      const shown = shownBy(founded, await late.view.proofs.transaction(id, WAIT_MS));
      assert.ok(shown.kind === "transaction" && shown.id === id && shown.receipt !== undefined);
    }
  });
});

test("what a peer does not hold it does not prove, and what no quorum attested it says", LIMIT, async () => {
  const founded = await found(4);
  await withMembers(founded, [0, 1, 2, 3], async (members) => {
    const [first] = members;
    assert.ok(first !== undefined);
    const { proofs } = first.view;
    assert.equal(await proofs.transaction("ab".repeat(32) as Hash, WAIT_MS), undefined);
    for (const height of [0, 1, -1, 0.5, Number.NaN])
      assert.equal(await proofs.block(height, { full: true }, WAIT_MS), undefined);
    const [id] = await submit(founded, first, [PROPOSAL]);
    assert.ok(id !== undefined);
    const header = shownBy(founded, await proofs.block(1, { full: false }, 0));
    assert.ok(header.kind === "block" && header.transactions === undefined);
    const waiting = proofs.state(encodeText("any"), WAIT_MS);
    first.settle();
    // Closing answers who waits: with the proof if its certificate came first.
    await waiting.catch((error: unknown) => assert.ok(isNotReady(error)));
  });
});
