import { createSodiumSuite } from "@dure/crypto/sodium";
import { createLogger, createPeer, type Peer } from "@dure/node";
import { toHex } from "@dure/types";
import type { Emit } from "../emit.ts";
import { CliError } from "../error.ts";
import { lockHome } from "../home/lock-home.ts";
import { pageDirectory } from "../page-directory.ts";
import { readGivenFile } from "../proof/read-given-file.ts";
import { aborted } from "../until-stopped.ts";
import { openAddressBook } from "./address-book.ts";
import { openConsensusKey } from "./consensus-key.ts";
import { openIdentity } from "./identity.ts";
import type { PeerSettings } from "./settings.ts";
import { createStationLink, type StationLink } from "./station-link.ts";
import { openTrustAnchor, storeTrustAnchor, type TrustAnchor } from "./trust-anchor.ts";

/** More than any suspension that is read has. */
const SUSPENSION_BYTES_MAX = 4 << 20;

/** The channel's genesis, from this home or else from the RadioStation; undefined if told to stop while waiting. */
const findTrustAnchor = async (
  settings: PeerSettings,
  suite: ReturnType<typeof createSodiumSuite>,
  link: StationLink | undefined,
  emit: Emit,
  stopping: AbortSignal,
): Promise<TrustAnchor | undefined> => {
  const stored = await openTrustAnchor(settings, suite);
  if (stored !== undefined) return stored;
  if (link === undefined)
    throw new CliError(
      "GENESIS_MISSING",
      `${settings.home} has no genesis: give --radiostation, or the document with --genesis`,
    );
  await link.register(stopping);
  emit(
    { event: "waiting", channel: settings.channel },
    `waiting for channel ${settings.channel} to be founded`,
  );
  const text = await link.awaitGenesis(stopping);
  return text === undefined ? undefined : storeTrustAnchor(settings, text, suite);
};

/** Starts a peer; undefined if the signal aborts before it is open, as one may wait long for a snapshot. */
const startUnlessStopped = async (
  peer: Peer,
  stopping: AbortSignal,
): Promise<Awaited<ReturnType<Peer["start"]>> | undefined> => {
  const close = (): void => void peer.close();
  stopping.addEventListener("abort", close);
  try {
    return await peer.start();
  } catch (error) {
    if (stopping.aborted) return undefined;
    throw error;
  } finally {
    stopping.removeEventListener("abort", close);
  }
};

/**
 * Runs a peer until the signal aborts, and emits `enrolled`, `registered`, `waiting`, `ready` and `stopped`. What its
 * home holds already (identity, genesis, addresses) is not asked for, so it starts with its RadioStation gone.
 *
 * @param onFailed the peer cannot go on: the process should end with a status other than 0.
 * @throws CliError, RadioStationError, NodeError or LedgerError if it cannot start.
 */
export const runPeer = async (
  settings: PeerSettings,
  emit: Emit,
  stopping: AbortSignal,
  onFailed: (error: unknown) => void,
): Promise<void> => {
  const { home, name, radiostation } = settings;
  const suite = createSodiumSuite();
  const logger = createLogger(name, settings.logLevel);
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const lock = await lockHome(home, "peer");
    closers.push(() => lock.release());
    const identity = await openIdentity(settings, suite, ({ certificate }) =>
      emit({ event: "enrolled", peerId: name, serial: certificate.serial }, `enrolled as ${name}`),
    );
    const consensusSeed = await openConsensusKey(home);
    const book = await openAddressBook(home, settings.peers);
    const link =
      radiostation === undefined
        ? undefined
        : createStationLink({
            settings,
            address: radiostation,
            identity,
            suite,
            consensusSeed,
            logger,
            onRegistered: (order) =>
              emit({ event: "registered", peerId: name, order }, `registered at ${radiostation}`),
          });
    if (link !== undefined) closers.push(() => link.close());
    const anchor = await findTrustAnchor(settings, suite, link, emit, stopping);
    if (anchor === undefined) return;
    const peer = createPeer({
      home,
      identity,
      consensusSeed,
      genesisText: anchor.text,
      grpc: { host: settings.grpcHost, port: settings.grpcPort },
      rest: {
        host: settings.restHost,
        port: settings.restPort,
        pageOrigins: settings.pageOrigins,
        page: pageDirectory(settings.page),
        ...(settings.restRate !== undefined && { requestsPerSecond: settings.restRate }),
      },
      ...(settings.verifyWorkers !== undefined && { verifyWorkers: settings.verifyWorkers }),
      ...(settings.keepBlocks !== undefined && { keepBlocks: settings.keepBlocks }),
      beginWithSnapshot: settings.snapshot === true,
      suspensions: await Promise.all(
        settings.suspensions.map((path) => readGivenFile(path, SUSPENSION_BYTES_MAX)),
      ),
      logger,
      onFailed,
    });
    closers.push(() => peer.close());
    // Whoever begins with a snapshot has to reach the others before it is open.
    peer.setPeers(book.list());
    const members = [...anchor.config.validators.map(({ id }) => id), ...anchor.config.followers];
    const ended = new AbortController();
    closers.push(() => ended.abort());
    const following = link?.follow({ peer, book, members }, AbortSignal.any([stopping, ended.signal]));
    const ports = await startUnlessStopped(peer, stopping);
    if (ports === undefined) return;
    const publicKey = toHex(suite.publicKeyOf(consensusSeed));
    emit(
      {
        event: "ready",
        peerId: name,
        publicKey,
        channel: anchor.config.name,
        channelId: anchor.channelId,
        ...ports,
      },
      `${name} in channel ${anchor.config.name}: REST http://${settings.restHost}:${ports.restPort}, gRPC ${settings.grpcHost}:${ports.grpcPort}, consensus key ${publicKey}`,
    );
    await aborted(stopping);
    // Ends a call that a silent RadioStation keeps waiting.
    link?.close();
    await following;
  } finally {
    for (let undo = closers.pop(); undo !== undefined; undo = closers.pop()) await undo();
  }
  emit({ event: "stopped" }, `${name} stopped`);
};
