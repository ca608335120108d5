import {
  decodeMessage,
  encodeMessage,
  type Message,
  quorumsOf,
  spinningLeader,
  type TimeoutCertificate,
} from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import {
  baseCertificate,
  blockId,
  CERTIFICATE_KIND,
  type Certificate,
  type CertificateKind,
  collectSignatures,
  decodeHeader,
  type Hash,
  type Header,
} from "@dure/types";
import type { TransactionId } from "../body.ts";
import type { Frame } from "../frame.ts";
import type { Peer } from "../node.ts";
import type { AdversaryOptions } from "../protocol.ts";
import { forgeProposal, forgeTc, forgeTimeout, forgeVote } from "./forge.ts";

type MessageOf<Type extends Message["type"]> = Extract<Message, { readonly type: Type }>;

/**
 * A validator with a real key and no rules: it votes and commit-votes for everything, reports the oldest QC that it
 * can in its timeouts, proposes different blocks to different nodes on old ground, puts certificates together in
 * private, and shows each of its messages to whom it likes.
 */
export class Adversary implements Peer {
  readonly #options: AdversaryOptions;
  readonly #quorums: ReturnType<typeof quorumsOf>;
  readonly #leaders: ReturnType<typeof spinningLeader>;
  readonly #headers = new Map<Hash, Header>();
  readonly #qcs = new Map<number, Certificate>();
  readonly #tcs = new Map<number, TimeoutCertificate>();
  readonly #votes = new Map<string, Map<number, Bytes>>();
  readonly #timeouts = new Map<number, Map<number, MessageOf<"timeout">>>();
  readonly #acted = new Set<string>();
  readonly #transactions: TransactionId[] = [];

  constructor(options: AdversaryOptions) {
    const { config } = options;
    this.#options = options;
    this.#quorums = quorumsOf(config);
    this.#leaders = spinningLeader(config.validators.length, config.spinInterval);
    this.#qcs.set(0, baseCertificate(config.epoch, config.base.blockId));
  }

  isUp(): boolean {
    return true;
  }

  /** It has nothing to tell; but a leader of the first view needs no certificate of others. */
  connected(): void {
    this.#lead(1);
  }

  receive(from: number, frame: Frame): void {
    if (frame.type === "transactions") this.#transactions.push(...frame.ids);
    if (frame.type === "getTransactions" && this.#options.random.chance(0.5)) {
      this.#options.send(from, { type: "transactions", ids: frame.ids });
    }
    if (frame.type === "consensus") this.#onMessage(frame.message as Message);
  }

  #once(act: string): boolean {
    if (this.#acted.has(act)) return false;
    this.#acted.add(act);
    return true;
  }

  #audience(): readonly number[] {
    const { peers, random } = this.#options;
    const kind = random.unit();
    if (kind < 0.35) return peers;
    if (kind < 0.65) return [random.pick(peers)];
    return peers.filter(() => random.chance(0.5));
  }

  #show(message: Message, audience: readonly number[], transactions: readonly TransactionId[] = []): void {
    const { random, schedule, send, sent } = this.#options;
    const bytes = encodeMessage(message);
    const decoded = decodeMessage(bytes);
    if (!decoded.ok) return;
    sent(message);
    const delayMs = random.chance(0.3) ? random.gap(60) : 0;
    const frame: Frame = { type: "consensus", bytes, message: decoded.value, transactions };
    schedule.after(delayMs, () => {
      for (const to of audience) send(to, frame);
    });
  }

  #onMessage(message: Message): void {
    switch (message.type) {
      case "proposal":
        return this.#onProposal(message);
      case "vote":
        return this.#count(message.kind, message.view, message.blockId, message.signer, message.signature);
      case "timeout":
        return this.#onTimeout(message);
      case "certificate":
        return this.#learnQc(message.certificate);
      case "timeoutCertificate":
        return this.#learnTc(message.tc);
      case "status":
        this.#learnQc(message.highQc);
        if (message.highTc !== undefined) this.#learnTc(message.highTc);
        return;
      case "attest":
        return;
    }
  }

  #onProposal({ headerBytes, qc, tc }: MessageOf<"proposal">): void {
    const header = decodeHeader(headerBytes);
    if (!header.ok) return;
    const id = blockId(this.#options.config.suite, headerBytes);
    this.#headers.set(id, header.value);
    this.#vote(CERTIFICATE_KIND.vote, header.value.view, id);
    this.#learnQc(qc);
    if (tc !== undefined) this.#learnTc(tc);
  }

  #vote(kind: CertificateKind, view: number, id: Hash): void {
    if (!this.#once(`vote ${kind} ${view} ${id}`)) return;
    const vote = forgeVote(this.#options, kind, view, id);
    this.#show(vote, this.#audience());
    this.#count(kind, view, id, vote.signer, vote.signature);
  }

  #count(kind: CertificateKind, view: number, id: Hash, signer: number, signature: Bytes): void {
    const { config } = this.#options;
    const key = `${kind} ${view} ${id}`;
    const tally = this.#votes.get(key) ?? new Map<number, Bytes>();
    this.#votes.set(key, tally.set(signer, signature));
    if (!this.#quorums.isQuorum(tally.keys())) return;
    const signatures = collectSignatures(config.validators.length, tally);
    const certificate = { kind, epoch: config.epoch, view, blockId: id, signatures };
    if (kind === CERTIFICATE_KIND.vote) this.#learnQc(certificate);
    else if (this.#once(`show ${key}`)) this.#show({ type: "certificate", certificate }, this.#audience());
  }

  #learnQc(qc: Certificate): void {
    if (qc.kind !== CERTIFICATE_KIND.vote || this.#qcs.has(qc.view)) return;
    this.#qcs.set(qc.view, qc);
    this.#vote(CERTIFICATE_KIND.commit, qc.view, qc.blockId);
    if (this.#options.random.chance(0.3)) {
      this.#show({ type: "certificate", certificate: qc }, this.#audience());
    }
    this.#lead(qc.view + 1);
  }

  #onTimeout(timeout: MessageOf<"timeout">): void {
    this.#learnQc(timeout.highQc);
    const own = this.#timeOut(timeout.view);
    const timeouts = this.#timeouts.get(timeout.view) ?? new Map<number, MessageOf<"timeout">>();
    this.#timeouts.set(timeout.view, timeouts.set(own.signer, own).set(timeout.signer, timeout));
    if (!this.#quorums.isQuorum(timeouts.keys())) return;
    this.#learnTc(forgeTc(this.#options.config.validators.length, [...timeouts.values()]));
  }

  /** Its own timeout of a view, reporting an old QC. */
  #timeOut(view: number): MessageOf<"timeout"> {
    const { random } = this.#options;
    const known = [...this.#qcs.values()].filter((qc) => qc.view <= view);
    const highQc = random.chance(0.6) ? (this.#qcs.get(0) as Certificate) : random.pick(known);
    const timeout = forgeTimeout(this.#options, view, highQc);
    if (this.#once(`timeout ${view} ${highQc.view}`)) this.#show(timeout, this.#audience());
    return timeout;
  }

  #learnTc(tc: TimeoutCertificate): void {
    const known = this.#tcs.get(tc.view);
    if (known !== undefined && known.highQc.view <= tc.highQc.view) return;
    this.#tcs.set(tc.view, tc);
    this.#learnQc(tc.highQc);
    if (this.#options.random.chance(0.3)) this.#show({ type: "timeoutCertificate", tc }, this.#audience());
    this.#lead(tc.view + 1);
  }

  /** As leader of a view, one or two proposals, on ground that is sometimes older than the rules allow. */
  #lead(view: number): void {
    const { index, random, peers } = this.#options;
    if (this.#leaders.leaderOf(view) !== index || !this.#once(`lead ${view}`)) return;
    const tc = this.#tcs.get(view - 1);
    const direct = this.#qcs.get(view - 1);
    const older = [...this.#qcs.values()].filter((qc) => qc.view < view).sort((a, b) => a.view - b.view);
    // The parent of a block that some have committed already is the ground that does most harm.
    const grounds = direct === undefined ? older.slice(-3) : [direct];
    const half = peers.filter(() => random.chance(0.5));
    const rest = peers.filter((peer) => !half.includes(peer));
    for (const audience of random.chance(0.3) ? [peers] : [half, rest]) {
      this.#propose(view, random.pick(grounds), direct === undefined ? tc : undefined, audience);
    }
  }

  #propose(
    view: number,
    qc: Certificate,
    tc: TimeoutCertificate | undefined,
    audience: readonly number[],
  ): void {
    const { config, random, schedule } = this.#options;
    const parent = this.#headers.get(qc.blockId) ?? (qc.view === 0 ? config.base : undefined);
    if (parent === undefined) return;
    const ids = this.#transactions.filter(() => random.chance(0.2)).slice(-3);
    const timestampMs = Math.floor(schedule.nowMs()) + random.below(3);
    const proposal = forgeProposal(this.#options, view, parent, { qc, tc }, timestampMs, ids);
    this.#headers.set(proposal.id, proposal.header);
    this.#show(proposal, audience, ids);
    this.#vote(CERTIFICATE_KIND.vote, view, proposal.id);
  }
}
