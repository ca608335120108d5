import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { PeerAddress } from "@dure/network";
import { CliError } from "../error.ts";

/** What a peer is told by options or its configuration file. */
export type PeerSettings = {
  readonly home: string;
  /** The peer id, `<name>.<organisation>`. */
  readonly name: string;
  /** `host:port` of the RadioStation's gRPC; without one the peer needs identity, genesis and addresses by hand. */
  readonly radiostation?: string;
  readonly token?: string;
  /** Files carried by hand, in place of enrolment: all three or none. */
  readonly certificate?: string;
  readonly key?: string;
  readonly root?: string;
  /** A genesis document carried by hand: the trust anchor. */
  readonly genesis?: string;
  readonly channel: string;
  readonly grpcHost: string;
  readonly grpcPort: number;
  readonly restHost: string;
  readonly restPort: number;
  /** The host by which others reach this peer, where it listens on every address. */
  readonly publicHost?: string;
  /** Addresses of other peers carried by hand; those of the RadioStation's directory win. */
  readonly peers: readonly PeerAddress[];
  readonly logLevel: string;
  /** The directory of the page to serve, or `off`; the one that comes with dure unless given. */
  readonly page?: string;
  /** Origins whose pages may have this peer sign by REST v1, besides its own page. */
  readonly pageOrigins: readonly string[];
  /** Requests that one address may make in a second. */
  readonly restRate?: number;
  /** Threads that verify signatures. */
  readonly verifyWorkers?: number;
  /** How many of the newest blocks are kept at least; all unless given. */
  readonly keepBlocks?: number;
  /** Whether a new peer begins with a snapshot of the state, where others offer one. */
  readonly snapshot?: boolean;
  /** Files of suspensions that the peer is given; its home keeps them. */
  readonly suspensions: readonly string[];
};

/** The same as far as it is given in one place. */
export type GivenSettings = { readonly [K in keyof PeerSettings]?: PeerSettings[K] | undefined };

const TEXTS = [
  "home",
  "name",
  "radiostation",
  "token",
  "certificate",
  "key",
  "root",
  "genesis",
  "channel",
  "grpcHost",
  "restHost",
  "publicHost",
  "logLevel",
  "page",
];
const PORTS = ["grpcPort", "restPort"];
const COUNTS = ["restRate", "verifyWorkers", "keepBlocks"];
const FLAGS = ["snapshot"];
const LISTS = ["pageOrigins", "suspensions", "peers"];
const PATHS = new Set(["home", "certificate", "key", "root", "genesis"]);

const isOrigin = (value: unknown): boolean =>
  typeof value === "string" && URL.canParse(value) && new URL(value).origin === value;

const isPort = (value: unknown): boolean =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;

const isAddress = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  "id" in value &&
  typeof value.id === "string" &&
  "address" in value &&
  typeof value.address === "string" &&
  /^\S+:\d{1,5}$/.test(value.address);

/** Why a field's value is not as it should be, or undefined. */
const flawOf = (field: string, value: unknown): string | undefined => {
  if (TEXTS.includes(field)) return typeof value === "string" ? undefined : `${field} is not a text`;
  if (FLAGS.includes(field)) return typeof value === "boolean" ? undefined : `${field} is not true or false`;
  if (PORTS.includes(field)) return isPort(value) ? undefined : `${field} is not a port from 1 to 65535`;
  if (COUNTS.includes(field))
    return Number.isSafeInteger(value) && Number(value) >= 1
      ? undefined
      : `${field} is not a whole number from 1`;
  if (field === "pageOrigins")
    return Array.isArray(value) && value.every(isOrigin)
      ? undefined
      : 'pageOrigins is not a list of origins such as "http://127.0.0.1:9002"';
  if (field === "suspensions")
    return Array.isArray(value) && value.every((path) => typeof path === "string")
      ? undefined
      : "suspensions is not a list of files";
  if (field !== "peers")
    return `${field} is no setting: use ${[...TEXTS, ...PORTS, ...COUNTS, ...FLAGS, ...LISTS].join(", ")}`;
  return Array.isArray(value) && value.every(isAddress)
    ? undefined
    : 'peers is not a list of {"id": "peer1.org", "address": "host:port"}';
};

/**
 * Reads a configuration file: a JSON object of settings. Its paths are relative to its own directory.
 *
 * @throws CliError `CONFIG_FILE`.
 */
export const readConfigFile = async (path: string): Promise<GivenSettings> => {
  const bad = (why: string, cause?: unknown) => new CliError("CONFIG_FILE", `${path}: ${why}`, { cause });
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw bad(`it cannot be read as JSON (${(cause as Error).message})`, cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw bad("it is not a JSON object");
  const entries = Object.entries(value).map(([field, inner]) => {
    const flaw = flawOf(field, inner);
    if (flaw !== undefined) throw bad(flaw);
    const here = (inner: string): string => resolve(dirname(path), inner);
    if (field === "suspensions") return [field, (inner as readonly string[]).map(here)] as const;
    return [field, PATHS.has(field) ? here(inner as string) : inner] as const;
  });
  return Object.fromEntries(entries);
};

const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined;

/**
 * The settings of a peer: options over the configuration file over defaults.
 *
 * @throws CliError `SETTING_MISSING` or `SETTING_REFUSED`.
 */
export const settle = (options: GivenSettings, file: GivenSettings): PeerSettings => {
  const given: GivenSettings = {
    channel: "devnet",
    grpcHost: "127.0.0.1",
    grpcPort: 7100,
    restHost: "127.0.0.1",
    restPort: 9000,
    peers: [],
    pageOrigins: [],
    suspensions: [],
    logLevel: "info",
    ...Object.fromEntries(Object.entries(file).filter(isGiven)),
    ...Object.fromEntries(Object.entries(options).filter(isGiven)),
  };
  for (const field of ["home", "name"] as const)
    if (given[field] === undefined)
      throw new CliError("SETTING_MISSING", `a peer needs --${field}, or ${field} in its --config file`);
  const settings = given as PeerSettings;
  const byHand = [settings.certificate, settings.key, settings.root].filter((path) => path !== undefined);
  if (byHand.length > 0 && byHand.length < 3)
    throw new CliError("SETTING_MISSING", "give --certificate, --key and --root together, or none of them");
  if (!/^[a-z0-9-]{1,32}\.[a-z0-9-]{1,32}$/.test(settings.name))
    throw new CliError("SETTING_REFUSED", `${settings.name} is no peer id: it reads <name>.<organisation>`);
  const foreign = settings.pageOrigins.find((origin) => !isOrigin(origin));
  if (foreign !== undefined)
    throw new CliError("SETTING_REFUSED", `${foreign} is no origin: it reads like http://127.0.0.1:9002`);
  if (settings.publicHost === undefined && /^(0\.0\.0\.0|::)$/.test(settings.grpcHost))
    throw new CliError(
      "SETTING_MISSING",
      `others cannot reach ${settings.grpcHost}: give --public-host, the name or address by which they reach this peer`,
    );
  return { ...settings, home: resolve(settings.home) };
};

const inBrackets = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/** Where others reach this peer, as `host:port` each. */
export const publicAddresses = (settings: PeerSettings): { readonly grpc: string; readonly rest: string } => {
  const { grpcHost, restHost, publicHost = grpcHost } = settings;
  // REST on loopback is not for others, whatever their way to gRPC.
  const rest = /^(127\.|localhost$|::1$)/.test(restHost) ? restHost : (settings.publicHost ?? restHost);
  return {
    grpc: `${inBrackets(publicHost)}:${settings.grpcPort}`,
    rest: `${inBrackets(rest)}:${settings.restPort}`,
  };
};
