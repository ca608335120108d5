import {
  encodeIbftMessage,
  type IbftMessage,
  leaderPolicy,
  type Prepared,
  prePrepareStatement,
  prepareStatement,
  quorumsOf,
  type RoundChangeCertificate,
  roundChangeStatement,
} from "@dure/consensus";
import type { Bytes } from "@dure/crypto";
import {
  blockId,
  CERTIFICATE_KIND,
  collectSignatures,
  decodeHeader,
  encodeHeader,
  type Hash,
  type Header,
  voteStatement,
} from "@dure/types";
import { encodeIds, rootOfBody, type TransactionId } from "../body.ts";
import type { Frame } from "../frame.ts";
import type { Peer } from "../node.ts";
import type { AdversaryOptions } from "../protocol.ts";

type MessageOf<Type extends IbftMessage["type"]> = Extract<IbftMessage, { readonly type: Type }>;
type Own = Exclude<IbftMessage, { readonly type: "attest" }>;

/**
 * A validator with a real key and no rules: it prepares and commits to everything, hides or forges what was prepared
 * when it changes rounds, proposes different blocks to different nodes on any ground that it can put together, and
 * shows each of its messages to whom it likes.
 */
export class Adversary implements Peer {
  readonly #options: AdversaryOptions;
  readonly #quorums: ReturnType<typeof quorumsOf>;
  readonly #leaders: ReturnType<typeof leaderPolicy>;
  readonly #acted = new Set<string>();
  readonly #transactions: TransactionId[] = [];
  readonly #headers = new Map<Hash, Header>();
  readonly #prepares = new Map<string, Map<number, Bytes>>();
  readonly #changes = new Map<string, Map<number, MessageOf<"roundChange">>>();
  readonly #prepared = new Map<number, Prepared>();
  /** The committed block below the height that is being decided, as far as it knows. */
  #parent: { readonly blockId: Hash; readonly height: number; readonly timestampMs: number };

  constructor(options: AdversaryOptions) {
    const { config } = options;
    this.#options = options;
    this.#quorums = quorumsOf(config);
    this.#leaders = leaderPolicy(config);
    this.#parent = config.base;
  }

  isUp(): boolean {
    return true;
  }

  connected(): void {
    this.#leadFirst();
  }

  receive(from: number, frame: Frame): void {
    const { random, send } = this.#options;
    if (frame.type === "transactions") this.#transactions.push(...frame.ids);
    if (frame.type === "getTransactions" && random.chance(0.5))
      send(from, { type: "transactions", ids: frame.ids });
    if (frame.type === "getBlock") this.#giveBlock(from, frame.blockId);
    if (frame.type === "consensus") this.#onMessage(frame.message as IbftMessage);
  }

  /** Its own blocks are to be had: a forged certificate does harm only where its block is. */
  #giveBlock(to: number, id: Hash): void {
    const [body, header] = [this.#bodies.get(id), this.#headers.get(id)];
    if (body === undefined || header === undefined) return;
    const candidate = { id, header, headerBytes: body.bytes, bodyBytes: encodeIds(body.ids) };
    this.#options.send(to, { type: "block", candidate });
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

  #show(message: Own, audience: readonly number[], transactions: readonly TransactionId[] = []): void {
    const { random, schedule, send, sent } = this.#options;
    const bytes = encodeIbftMessage(message);
    sent(message);
    const delayMs = random.chance(0.3) ? random.gap(60) : 0;
    const frame: Frame = { type: "consensus", bytes, message, transactions };
    schedule.after(delayMs, () => {
      for (const to of audience) send(to, frame);
    });
  }

  #onMessage(message: IbftMessage): void {
    switch (message.type) {
      case "prePrepare":
        return this.#onProposal(message);
      case "prepare":
        return this.#onPrepare(message);
      case "commit":
        return this.#vote("commit", message.height, message.round, message.blockId);
      case "roundChange":
        return this.#onRoundChange(message);
      case "committed": {
        const header = decodeHeader(message.headerBytes);
        if (header.ok) this.#onDecided(header.value, message.certificate.blockId);
        return;
      }
      case "attest":
      case "status":
        return;
    }
  }

  #onDecided({ height, timestampMs }: Header, id: Hash): void {
    if (height <= this.#parent.height) return;
    this.#parent = { blockId: id, height, timestampMs };
    this.#prepared.clear();
    this.#leadFirst();
  }

  #onProposal({ headerBytes, round }: MessageOf<"prePrepare">): void {
    const header = decodeHeader(headerBytes);
    if (!header.ok) return;
    const id = blockId(this.#options.config.suite, headerBytes);
    this.#headers.set(id, header.value);
    const { height, parentId } = header.value;
    const parent = this.#headers.get(parentId);
    if (parent !== undefined) this.#onDecided(parent, parentId);
    this.#vote("prepare", height, round, id);
    if (this.#options.random.chance(0.5)) this.#vote("commit", height, round, id);
  }

  #vote(type: "prepare" | "commit", height: number, round: number, id: Hash): void {
    const { config, seed, index } = this.#options;
    if (!this.#once(`${type} ${height} ${round} ${id}`)) return;
    const ballot = { epoch: config.epoch, height, round, blockId: id };
    const statement =
      type === "prepare"
        ? prepareStatement(config.channelId, ballot)
        : voteStatement(config.channelId, { ...ballot, kind: CERTIFICATE_KIND.commit, view: round });
    const vote = { type, ...ballot, signer: index, signature: config.suite.sign(seed, statement) };
    this.#show(vote, this.#audience());
    if (type === "prepare") this.#onPrepare({ ...vote, type });
  }

  #onPrepare({ height, round, blockId: id, signer, signature }: MessageOf<"prepare" | "commit">): void {
    const { config } = this.#options;
    const key = `${height} ${round} ${id}`;
    const tally = this.#prepares.get(key) ?? new Map<number, Bytes>();
    this.#prepares.set(key, tally.set(signer, signature));
    if (!this.#quorums.isQuorum(tally.keys())) return;
    const signatures = collectSignatures(config.validators.length, tally);
    this.#prepared.set(round, { epoch: config.epoch, height, round, blockId: id, signatures });
    this.#vote("commit", height, round, id);
  }

  #onRoundChange(change: MessageOf<"roundChange">): void {
    const { height, round, signer } = change;
    const key = `${height} ${round}`;
    const changes = this.#changes.get(key) ?? new Map<number, MessageOf<"roundChange">>();
    this.#changes.set(key, changes.set(signer, change));
    const own = this.#changeRound(height, round);
    changes.set(own.signer, own);
    this.#lead(height, round, [...changes.values()]);
  }

  /** A certificate that nobody prepared, for a block of its own making. */
  #forged(height: number, round: number): Prepared {
    const { config, index, seed } = this.#options;
    const id = this.#build(height, round).id;
    const ballot = { epoch: config.epoch, height, round, blockId: id };
    const signature = config.suite.sign(seed, prepareStatement(config.channelId, ballot));
    const own = new Map([[index, signature]]);
    const isAlone = this.#options.random.chance(0.5);
    const signers = isAlone ? own : new Map(config.validators.map((_, signer) => [signer, signature]));
    return {
      ...ballot,
      signatures: collectSignatures(isAlone ? index + 1 : config.validators.length, signers),
    };
  }

  /** Its own ROUND-CHANGE, which hides or forges what it knows to be prepared. */
  #changeRound(height: number, round: number): MessageOf<"roundChange"> {
    const { config, index, seed, random } = this.#options;
    const known = this.#changes.get(`${height} ${round}`)?.get(index);
    if (known !== undefined) return known;
    const kind = random.unit();
    const true_ = [...this.#prepared.values()].filter((at) => at.height === height && at.round < round);
    const prepared =
      kind < 0.25 && round > 1 ? this.#forged(height, round - 1) : kind < 0.5 ? true_[0] : undefined;
    const report = prepared === undefined ? undefined : { round: prepared.round, blockId: prepared.blockId };
    const statement = roundChangeStatement(config.channelId, { epoch: config.epoch, height, round, report });
    const signature = config.suite.sign(seed, statement);
    const change = { epoch: config.epoch, height, round, prepared, signer: index, signature };
    const message = { type: "roundChange" as const, ...change };
    this.#show(message, this.#audience());
    return message;
  }

  #build(
    height: number,
    round: number,
  ): {
    readonly id: Hash;
    readonly header: Header;
    readonly bytes: Bytes;
    readonly ids: readonly TransactionId[];
  } {
    const { config, index, random, schedule } = this.#options;
    const ids = this.#transactions.filter(() => random.chance(0.2)).slice(-3);
    const header: Header = {
      channelId: config.channelId,
      epoch: config.epoch,
      height,
      view: round,
      parentId: this.#parent.blockId,
      timestampMs: Math.max(this.#parent.timestampMs + 1, Math.floor(schedule.nowMs()) + random.below(3)),
      proposer: index,
      bodyRoot: rootOfBody(config.suite, encodeIds(ids)),
      transactionCount: ids.length,
      endsEpoch: false,
      execution: undefined,
    };
    const bytes = encodeHeader(header);
    const id = blockId(config.suite, bytes);
    this.#headers.set(id, header);
    this.#bodies.set(id, { bytes, ids });
    return { id, header, bytes, ids };
  }

  readonly #bodies = new Map<Hash, { readonly bytes: Bytes; readonly ids: readonly TransactionId[] }>();

  #leadFirst(): void {
    const { index } = this.#options;
    const height = this.#parent.height + 1;
    if (this.#leaderOf(height, 1) !== index || !this.#once(`lead ${height} 1`)) return;
    this.#proposeTwice(height, 1, () => undefined);
  }

  /** Rule 1: each round above the first goes on by a whole tenure. */
  #leaderOf(height: number, round: number): number {
    return this.#leaders.leaderOf(height + (round - 1) * this.#leaders.tenureEnd(1));
  }

  #halves(): readonly (readonly number[])[] {
    const { peers, random } = this.#options;
    const half = peers.filter(() => random.chance(0.5));
    return random.chance(0.3) ? [peers] : [half, peers.filter((peer) => !half.includes(peer))];
  }

  #proposeTwice(height: number, round: number, groundOf: () => RoundChangeCertificate | undefined): void {
    for (const audience of this.#halves()) {
      const ground = groundOf();
      const old = ground?.prepared === undefined ? undefined : this.#bodies.get(ground.prepared.blockId);
      const { bytes, ids } = old ?? this.#build(height, round);
      const { config, seed } = this.#options;
      const ballot = { epoch: config.epoch, height, round, blockId: blockId(config.suite, bytes) };
      const signature = config.suite.sign(seed, prePrepareStatement(config.channelId, ballot));
      const message = {
        type: "prePrepare" as const,
        round,
        headerBytes: bytes,
        bodyBytes: encodeIds(ids),
        ground,
        signature,
      };
      this.#show(message, audience, ids);
      this.#vote("prepare", height, round, ballot.blockId);
    }
  }

  /** As leader of a later round: on the ground of a quorum's ROUND-CHANGEs, of those that suit it. */
  #lead(height: number, round: number, changes: readonly MessageOf<"roundChange">[]): void {
    const { index, config, random } = this.#options;
    if (height !== this.#parent.height + 1 || round < 2) return;
    if (this.#leaderOf(height, round) !== index) return;
    if (
      !this.#quorums.isQuorum(changes.map(({ signer }) => signer)) ||
      !this.#once(`lead ${height} ${round}`)
    )
      return;
    this.#proposeTwice(height, round, () => {
      const chosen = [...changes].sort((a, b) => a.signer - b.signer);
      for (const change of [...chosen].sort(() => random.unit() - 0.5)) {
        const rest = chosen.filter((other) => other !== change);
        if (random.chance(0.5) && this.#quorums.isQuorum(rest.map(({ signer }) => signer)))
          chosen.splice(chosen.indexOf(change), 1);
      }
      const reports = chosen.map(
        ({ prepared }) => prepared && { round: prepared.round, blockId: prepared.blockId },
      );
      const highest = Math.max(0, ...reports.map((report) => report?.round ?? 0));
      const shown = chosen.find((change) => change.prepared?.round === highest)?.prepared;
      const prepared = random.chance(0.5) ? shown : undefined;
      const signatures = collectSignatures(
        config.validators.length,
        new Map(chosen.map(({ signer, signature }) => [signer, signature])),
      );
      return { epoch: config.epoch, height, round, signatures, reports, prepared };
    });
  }
}
