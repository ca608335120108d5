import { type Answer, request, submitTo } from "@dure/client";
import { createSodiumSuite } from "@dure/crypto/sodium";
import { STORE } from "@dure/score-store";
import { type IdentityOptions, identityOf } from "../acting-identity.ts";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { CliError } from "../error.ts";
import { signingFor } from "../tx/signing.ts";

export type StoreOptions = PeerOptions & IdentityOptions;

type Params = Readonly<Record<string, unknown>>;

/** The SCORE store of a channel as one administrator meets it, by one peer. */
export type StoreCalls = {
  /** The administrator's organisation. */
  readonly organisation: string;
  /** All organisations of the channel, as the peer says. */
  readonly organisations: readonly string[];
  readonly transactionBytesMax: number;
  /** Calls a method and waits until that is executed. Throws CliError `SCORE_REFUSED` with the store's words. */
  readonly call: (method: string, params: Params) => Promise<Params>;
  readonly query: (method: string, params: Params) => Promise<Params>;
  /** The height of the last block that the peer has executed. */
  readonly height: () => Promise<number>;
  /** Has one more block made, since a channel makes none while nothing is asked of it. The height of the last one executed. */
  readonly nudge: () => Promise<number>;
};

/** Longer than the longest that a peer waits. */
const TIMEOUT_MS = 40_000;

const objectOf = (value: unknown): Params =>
  typeof value === "object" && value !== null ? (value as Params) : {};

const organisationsIn = ({ organisations }: Answer): readonly string[] =>
  Array.isArray(organisations) ? organisations.map((each) => String(objectOf(each)["name"])) : [];

/**
 * What calls the store for an administrator.
 *
 * @throws CliError as `identityOf` and `signingFor` do; ClientError where the peer gives no answer
 */
export const storeCalls = async (options: StoreOptions): Promise<StoreCalls> => {
  const { channel } = options;
  const suite = createSodiumSuite();
  const identity = await identityOf(options, suite);
  const url = await peerOf(options);
  const signing = await signingFor(url, channel, identity, suite);
  const configuration = await request({ url }, inChannel("/api/v2/configuration", channel));

  const execute = async (transaction: Uint8Array) => {
    const { id, status, receipt, message } = await submitTo(
      { url, timeoutMs: TIMEOUT_MS },
      transaction,
      signing.certificate,
      { until: "executed", ...(channel !== undefined && { channel }) },
    );
    if (receipt !== undefined) return receipt;
    throw new CliError("NOT_YET", `${id} is ${status}, not executed yet${message ? `: ${message}` : ""}`);
  };

  return {
    organisation: identity.certificate.organisation,
    organisations: organisationsIn(configuration),
    transactionBytesMax: Number(objectOf(configuration["limits"])["transactionBytesMax"]),
    call: async (method, params) => {
      const { code, message, result } = await execute(signing.call({ score: STORE, method, params }));
      if (code !== 0) throw new CliError("SCORE_REFUSED", `the SCORE store refuses: ${message}`);
      return objectOf(result);
    },
    query: async (method, params) => {
      const { code, message, result } = await request({ url }, inChannel("/api/v2/query", channel), {
        bytes: JSON.stringify({ score: STORE, method, params }),
        contentType: "application/json",
      });
      if (code !== 0) throw new CliError("SCORE_REFUSED", `the SCORE store refuses: ${String(message)}`);
      return objectOf(result);
    },
    height: async () =>
      Number((await request({ url }, inChannel("/api/v2/status", channel)))["executedHeight"]),
    nudge: async () => (await execute(signing.data({ note: "a block for what is due" }, ""))).height,
  };
};
