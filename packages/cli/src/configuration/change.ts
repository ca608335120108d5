import { submitTo } from "@dure/client";
import type { CryptoSuite } from "@dure/crypto";
import { createSodiumSuite } from "@dure/crypto/sodium";
import type { Identity } from "@dure/crypto/x509";
import {
  type Approval,
  CONFIGURATION_SCORE,
  type ConfigurationChange,
  changeStatement,
  configurationPayload,
  readChange,
} from "@dure/membership";
import { decodeText, fromBase64, toBase64 } from "@dure/types";
import { type IdentityOptions, identityOf } from "../acting-identity.ts";
import type { PeerOptions } from "../acting-peer.ts";
import { jsonObject } from "../arguments.ts";
import { CliError } from "../error.ts";
import { readGivenFile } from "../proof/read-given-file.ts";
import { signingFor } from "../tx/signing.ts";
import { type Current, currentOf } from "./current.ts";

export type ChangeOptions = PeerOptions & IdentityOptions & { readonly approval?: readonly string[] };

/** What came of a change: its transaction, and the epoch that it opens. */
export type Reconfigured = { readonly id: string; readonly epoch: number };

const BYTES_MAX = 1 << 20;
const TIMEOUT_MS = 40_000;

/** The change that a file holds, or stdin for `-`; it may leave out the epoch, which is then the next one. */
export const readChangeFile = async (path: string): Promise<Readonly<Record<string, unknown>>> =>
  jsonObject(await readGivenFile(path, BYTES_MAX), path);

/** A change for the epoch after a peer's. Throws CliError `CHANGE_REFUSED` where its form is wrong. */
const changeFor = ({ epoch }: Current, given: Readonly<Record<string, unknown>>): ConfigurationChange => {
  const read = readChange({ epoch: epoch + 1, ...given });
  if (read.ok) return read.change;
  throw new CliError("CHANGE_REFUSED", `${read.message}: specs/configuration.md says what a change may be`);
};

/** An administrator's approval of a change, as text that can be sent to who submits it. */
export const approve = async (
  given: Readonly<Record<string, unknown>>,
  options: ChangeOptions,
): Promise<{ readonly certificate: string; readonly signature: string }> => {
  const suite = createSodiumSuite();
  const { certificate, key } = await identityOf(options, suite);
  const current = await currentOf(options);
  const signed = changeStatement(current.channelId, changeFor(current, given));
  return { certificate: toBase64(certificate.der), signature: toBase64(suite.sign(key.seed, signed)) };
};

const readApproval = async (path: string): Promise<Approval> => {
  const value = jsonObject(await readGivenFile(path, BYTES_MAX), path);
  const certificate = fromBase64(String(value["certificate"]));
  const signature = fromBase64(String(value["signature"]));
  if (certificate === undefined || signature === undefined)
    throw new CliError("CHANGE_REFUSED", `${path} is no approval: make it with dure configuration approve`);
  return { certificate, signature };
};

/** Signs a change, submits it with its approvals, and waits until it is final: then its epoch has begun. */
const submitAs = async (
  identity: Identity,
  suite: CryptoSuite,
  { current, change }: { readonly current: Current; readonly change: ConfigurationChange },
  { channel, approval = [] }: ChangeOptions,
): Promise<Reconfigured> => {
  const payload = configurationPayload(change, await Promise.all(approval.map(readApproval)));
  const signing = await signingFor(current.url, channel, identity, suite);
  const transaction = signing.data(JSON.parse(decodeText(payload) ?? ""), CONFIGURATION_SCORE);
  const { id, status } = await submitTo(
    { url: current.url, timeoutMs: TIMEOUT_MS },
    transaction,
    signing.certificate,
    { until: "final", ...(channel !== undefined && { channel }) },
  );
  if (id !== undefined && (status === "final" || status === "executed")) return { id, epoch: change.epoch };
  throw new CliError("NOT_YET", `the change is ${status}: ask again with dure tx get ${id}`);
};

/**
 * Changes the channel's configuration as an administrator.
 *
 * @throws CliError `CHANGE_REFUSED`, or `NOT_YET` if it was not final in time; ClientError `CONFIGURATION_REFUSED`.
 */
export const reconfigure = async (
  given: (current: Current) => Readonly<Record<string, unknown>>,
  options: ChangeOptions,
): Promise<Reconfigured> => {
  const suite = createSodiumSuite();
  const identity = await identityOf(options, suite);
  const current = await currentOf(options);
  const change = changeFor(current, given(current));
  return submitAs(identity, suite, { current, change }, options);
};
