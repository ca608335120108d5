import type { CryptoSuite } from "@dure/crypto";
import { type Identity, writeIdentity } from "@dure/crypto/x509";
import type { Peer, PeerOptions } from "@dure/node";
import {
  PeerStatus,
  type RadioStationClient,
  RadioStationError,
  radioStationClient,
} from "@dure/radiostation";
import { pause } from "../pause.ts";
import type { AddressBook } from "./address-book.ts";
import { identityDirectory } from "./identity.ts";
import { type PeerSettings, publicAddresses } from "./settings.ts";

/** How often the peer reports and asks, in milliseconds; `eagerMs` while it does not know all of the others yet. */
const PACE = { eagerMs: 200, steadyMs: 1_000 };
/** A call that has no answer by then is given up: the RadioStation is a help, and nothing waits for it. */
const CALL_TIMEOUT_MS = 5_000;

export type StationLinkOptions = {
  readonly settings: PeerSettings;
  readonly address: string;
  readonly identity: Identity;
  readonly suite: CryptoSuite;
  readonly consensusSeed: Uint8Array;
  readonly logger: PeerOptions["logger"];
  readonly onRegistered: (order: number) => void;
};

/** A running peer, as far as its reports and address book go. */
export type Followed = {
  readonly peer: Peer;
  readonly book: AddressBook;
  /** The ids that the address book should hold. */
  readonly members: readonly string[];
};

export type StationLink = {
  /** Registers this peer, however long the RadioStation takes to be there; returns early when the signal aborts. */
  register(stopping: AbortSignal): Promise<void>;
  /** The channel's genesis document once it is founded; undefined if the signal aborts before. */
  awaitGenesis(stopping: AbortSignal): Promise<string | undefined>;
  /**
   * Until the signal aborts: registers if need be, reports, keeps the address book and renews the certificate. A
   * RadioStation that is gone or unwell is noted once in the log, and asked again.
   */
  follow(followed: Followed, stopping: AbortSignal): Promise<void>;
  close(): void;
};

/** True for an error that another try later may not meet. */
const isPassing = (error: unknown): boolean =>
  error instanceof RadioStationError &&
  ["UNREACHABLE", "TIMEOUT", "INTERNAL", "BAD_ANSWER"].includes(error.code);

/** A third of its life before its end, a certificate is renewed: there is time for many tries, and for people. */
const isRenewalDue = ({ certificate }: Identity, nowMs: number): boolean =>
  nowMs > certificate.notAfterMs - (certificate.notAfterMs - certificate.notBeforeMs) / 3;

/** What a peer and its RadioStation have to do with one another once the peer has an identity. */
export const createStationLink = (options: StationLinkOptions): StationLink => {
  const { settings, address, suite, consensusSeed, logger } = options;
  let { identity } = options;
  const client: RadioStationClient = radioStationClient({ address, identity, timeoutMs: CALL_TIMEOUT_MS });
  let isRegistered = false;
  let trouble: string | undefined;

  const register = async (): Promise<void> => {
    const { grpc, rest } = publicAddresses(settings);
    const order = await client.register({
      grpcAddress: grpc,
      restAddress: rest,
      consensusPublicKey: suite.publicKeyOf(consensusSeed),
      sign: (statement) => suite.sign(consensusSeed, statement),
    });
    if (!isRegistered) options.onRegistered(order);
    isRegistered = true;
  };

  /** Notes trouble when it begins or changes, not each time. */
  const note = (error: unknown): void => {
    const text = error instanceof Error ? error.message : String(error);
    if (text !== trouble)
      logger.warn({ err: error, address }, "the RadioStation does not help; the peer goes on");
    trouble = text;
    if (error instanceof RadioStationError && error.code === "NOT_REGISTERED") isRegistered = false;
  };
  const noteWell = (): void => {
    if (trouble !== undefined) logger.info({ address }, "the RadioStation helps again");
    trouble = undefined;
  };

  const insist = async <T>(
    ask: () => Promise<T | undefined>,
    stopping: AbortSignal,
  ): Promise<T | undefined> => {
    while (!stopping.aborted) {
      try {
        const answer = await ask();
        noteWell();
        if (answer !== undefined) return answer;
      } catch (error) {
        if (!isPassing(error)) throw error;
        note(error);
      }
      await pause(PACE.eagerMs, stopping);
    }
    return undefined;
  };

  const renewIfDue = async (peer: Peer): Promise<void> => {
    const isByHand = settings.certificate !== undefined;
    if (isByHand || !isRenewalDue(identity, Date.now())) return;
    identity = await client.renew();
    await writeIdentity(identityDirectory(settings.home), identity, { replace: true });
    peer.setIdentity(identity);
    logger.info({ notAfterMs: identity.certificate.notAfterMs }, "the certificate was renewed");
  };

  const exchange = async ({ peer, book }: Followed): Promise<void> => {
    if (!isRegistered) await register();
    // One that is being given a snapshot has nothing to report yet, and needs the others' addresses all the more.
    if (peer.status() !== undefined)
      await client.heartbeat(PeerStatus.parse(peer.statusObject()), settings.channel);
    const directory = await client.directory();
    const peers = directory.map(({ peerId, grpcAddress }) => ({ id: peerId, address: grpcAddress }));
    if (await book.learn(peers)) {
      logger.info({ peers }, "the address book changed");
      peer.setPeers(book.list());
    }
    await renewIfDue(peer);
  };

  const isComplete = ({ book, members }: Followed): boolean => {
    const known = new Set(book.list().map(({ id }) => id));
    return members.every((id) => known.has(id));
  };

  return {
    register: async (stopping) => {
      await insist(async () => {
        await register();
        return true;
      }, stopping);
    },
    awaitGenesis: (stopping) => insist(() => client.genesis(settings.channel), stopping),
    follow: async (followed, stopping) => {
      while (!stopping.aborted) {
        try {
          await exchange(followed);
          noteWell();
        } catch (error) {
          note(error);
        }
        await pause(isRegistered && isComplete(followed) ? PACE.steadyMs : PACE.eagerMs, stopping);
      }
    },
    close: () => client.close(),
  };
};
