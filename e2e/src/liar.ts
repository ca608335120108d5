/**
 * A member of the channel that lies: a real transport with a valid certificate of a validator, and in place of a peer
 * behind it a function that makes up answers. Its frames are written after specs/peer-protocol.md, not with the node's
 * own encoder, so that the test also holds the node to the document.
 */
import { encodeMessage } from "@dure/consensus";
import { pemOf } from "@dure/crypto/x509";
import { createTransport, flat } from "@dure/network";
import {
  type Block,
  baseCertificate,
  CERTIFICATE_KIND,
  collectSignatures,
  decode,
  decodeBlock,
  decodeHeader,
  encodeBlock,
  encodeHeader,
  blockId as idOf,
  voteStatement,
  Writer,
} from "@dure/types";
import { type Consortium, type Member, suite } from "./consortium.ts";

const VERSION = 1;
const FRAME = { consensus: 1, getBlocks: 7, blocks: 8 } as const;
const LIMITS = { headerBytesMax: 1 << 17, bodyBytesMax: 1 << 20, batchBytesMax: 1 << 20 };

const frameOf = (type: number): Writer => new Writer().u8(VERSION).u8(type);

const writeList = (writer: Writer, parts: readonly Uint8Array[]): Uint8Array => {
  writer.u16(parts.length);
  for (const part of parts) writer.bytes(part);
  return writer.finish();
};

/** What a liar says: the height that it claims, and its answer to a request for blocks; undefined keeps silent. */
export type Lie = {
  readonly height: number;
  readonly answer: (fromHeight: number) => readonly Block[] | undefined;
};

export type Liar = {
  /** How often it was asked for blocks. */
  readonly asked: () => number;
  readonly setPeers: (peers: readonly { readonly id: string; readonly address: string }[]) => void;
  readonly close: () => Promise<void>;
};

const transportOf = ({ id, identity }: Member) =>
  createTransport({
    self: id,
    host: "127.0.0.1",
    port: 0,
    identity: {
      certificatePem: pemOf("CERTIFICATE", identity.certificate.der),
      keyPem: identity.key.pem,
      rootsPem: [pemOf("CERTIFICATE", identity.root.der)],
    },
    topology: flat(id),
    authorize: () => true,
  });

const statusFrame = ({ channelId }: Consortium, height: number): Uint8Array => {
  // The base block is certified by definition: the one certificate that a liar always has.
  const highQc = baseCertificate(1, channelId);
  const message = encodeMessage({
    type: "status",
    height,
    highQc,
    highTc: undefined,
    execution: undefined,
  });
  return writeList(frameOf(FRAME.consensus).bytes(message), []);
};

const answerFrame = (fromHeight: number, blocks: readonly Block[]): Uint8Array =>
  writeList(frameOf(FRAME.blocks).u64(fromHeight), blocks.map(encodeBlock));

/** The height that a frame asks blocks from; undefined if it is another frame. */
const requestIn = (frame: Uint8Array): number | undefined => {
  const read = decode(frame, (reader) => {
    reader.expect(VERSION, "the frame's version");
    reader.expect(FRAME.getBlocks, "the frame's type");
    return reader.u64();
  });
  return read.ok ? read.value : undefined;
};

/** Starts a liar in a member's name: it repeats its claim whenever it hears from a peer, and answers as told. */
export const startLiar = async (consortium: Consortium, member: Member, lie: Lie): Promise<Liar> => {
  let asked = 0;
  const transport = transportOf(member);
  const membership = transport.join(consortium.channelId, {
    onUp: (peerId) => {
      membership.send(peerId, "consensus", statusFrame(consortium, lie.height));
    },
    onDown: () => undefined,
    onFrame: (from, lane, frame) => {
      if (lane === "consensus") {
        membership.send(from, "consensus", statusFrame(consortium, lie.height));
        return;
      }
      const fromHeight = requestIn(frame);
      if (fromHeight === undefined) return;
      asked += 1;
      const blocks = lie.answer(fromHeight);
      if (blocks !== undefined) membership.send(from, "bulk", answerFrame(fromHeight, blocks));
    },
  });
  await transport.start();
  return {
    asked: () => asked,
    setPeers: (peers) => transport.setPeers(peers),
    close: () => transport.close(),
  };
};

/**
 * Asks a peer for its blocks as a member may: the true history, of which lies are made. The member's id must come
 * before the peer's, since of each pair the lower one dials.
 */
export const askBlocks = async (
  consortium: Consortium,
  member: Member,
  target: { readonly id: string; readonly address: string },
): Promise<readonly Block[]> => {
  const transport = transportOf(member);
  const { promise, resolve, reject } = withResolvers<readonly Block[]>();
  const membership = transport.join(consortium.channelId, {
    onUp: (peerId) => {
      membership.send(peerId, "bulk", frameOf(FRAME.getBlocks).u64(1).finish());
    },
    onDown: () => undefined,
    onFrame: (_from, lane, frame) => {
      if (lane !== "bulk" || frame[1] !== FRAME.blocks) return;
      const read = decode(frame, (reader) => {
        reader.expect(VERSION, "the frame's version");
        reader.expect(FRAME.blocks, "the frame's type");
        reader.u64();
        return Array.from({ length: reader.count16(4) }, () => reader.bytes(1 << 22));
      });
      if (!read.ok) return reject(new Error(`the peer's answer: ${read.message}`));
      const blocks = read.value.map((bytes) => decodeBlock(bytes, LIMITS));
      resolve(blocks.flatMap((block) => (block.ok ? [block.value] : [])));
    },
  });
  transport.setPeers([target]);
  await transport.start();
  try {
    return await promise;
  } finally {
    await transport.close();
  }
};

/** Promise.withResolvers, which Node 20 lacks. */
const withResolvers = <T>() => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
};

/**
 * Sends frames to a peer in a member's name, both lanes in turn, as many as `make` gives before undefined. Resolves when
 * the peer has taken or refused all: it answers a last, true request for blocks.
 */
export const sendFrames = async (
  consortium: Consortium,
  member: Member,
  target: { readonly id: string; readonly address: string },
  make: () => Uint8Array | undefined,
): Promise<void> => {
  const transport = transportOf(member);
  const { promise, resolve } = withResolvers<void>();
  const FULL_MS = 5;
  const membership = transport.join(consortium.channelId, {
    onUp: (peerId) => {
      let waiting = make();
      let sent = 0;
      const sendOn = (): void => {
        while (waiting !== undefined) {
          if (!membership.send(peerId, sent % 2 === 0 ? "bulk" : "consensus", waiting)) {
            setTimeout(sendOn, FULL_MS);
            return;
          }
          sent += 1;
          waiting = make();
        }
        membership.send(peerId, "bulk", frameOf(FRAME.getBlocks).u64(1).finish());
      };
      sendOn();
    },
    onDown: () => undefined,
    onFrame: (_from, lane, frame) => {
      if (lane === "bulk" && frame[1] === FRAME.blocks) resolve();
    },
  });
  transport.setPeers([target]);
  await transport.start();
  try {
    await promise;
  } finally {
    await transport.close();
  }
};

/** A block that the liar alone committed: well-formed, with a commit certificate that only its own key signed. */
export const forgeCommit = (consortium: Consortium, liar: Member, block: Block, parentId?: string): Block => {
  const decoded = decodeHeader(block.headerBytes);
  if (!decoded.ok) throw new Error(decoded.message);
  const header = {
    ...decoded.value,
    ...(parentId === undefined ? {} : { parentId: parentId as typeof decoded.value.parentId }),
    timestampMs: decoded.value.timestampMs + 1,
  };
  const headerBytes = encodeHeader(header);
  const vote = {
    kind: CERTIFICATE_KIND.commit,
    epoch: header.epoch,
    view: header.view,
    blockId: idOf(suite, headerBytes),
  };
  const signature = suite.sign(liar.seed, voteStatement(consortium.channelId, vote));
  const everyone = new Map(consortium.members.map((_, at) => [at, signature]));
  const signatures = collectSignatures(consortium.members.length, everyone);
  return { ...block, headerBytes, proof: { kind: "commit", certificate: { ...vote, signatures } } };
};
