import { existsSync } from "node:fs";
import { request } from "@dure/client/request";
import type { Command } from "commander";
import { inChannel, type PeerOptions, peerOf } from "../acting-peer.ts";
import { heightText, jsonObject } from "../arguments.ts";
import { table } from "../devnet/table.ts";
import { CliError } from "../error.ts";
import type { StoreCalls, StoreOptions } from "../score/store-calls.ts";
import { type OutputOptions, show } from "./output.ts";
import { withIdentity, withPeer } from "./target-options.ts";

/** The commands by which administrators agree on what a channel runs (specs/score-store.md). */

type Options = StoreOptions & OutputOptions;
type ProposeOptions = Options & {
  readonly height?: string;
  readonly params?: string;
  readonly use?: string;
  readonly hash?: string;
};

/** Which registered version is meant, if one is. */
const versionIn = ({ use, hash }: ProposeOptions): Readonly<Record<string, string>> | undefined =>
  hash !== undefined ? { hash } : use !== undefined ? { version: use } : undefined;

/** The height that is asked for, if one is. */
const heightIn = async (store: StoreCalls, { height }: ProposeOptions) =>
  height === undefined
    ? undefined
    : { height: Number(height) + (height.startsWith("+") ? await store.height() : 0) };

const put = async (action: "deploy" | "upgrade", source: string, options: ProposeOptions): Promise<void> => {
  const { storeCalls } = await import("../score/store-calls.ts");
  const { agree, describeAgreed } = await import("../score/agree.ts");
  const { params } = options;
  const wanted = {
    action,
    ...(params !== undefined && { params: jsonObject(params, "--params") }),
  };
  const named = versionIn(options);
  if (named !== undefined) {
    if (existsSync(source))
      throw new CliError(
        "USAGE",
        "--use and --hash name a version that is registered: give the SCORE's name with them",
      );
    const store = await storeCalls(options);
    const height = await heightIn(store, options);
    const agreed = await agree(store, "propose", { ...wanted, ...height, ...named, score: source });
    return show(options, agreed, () => describeAgreed(agreed));
  }
  const { checkedPackageOf } = await import("../score/with-package.ts");
  const { bring } = await import("../score/bring.ts");
  const built = await checkedPackageOf(source);
  const store = await storeCalls(options);
  await bring(store, built);
  const { hash } = built;
  const height = await heightIn(store, options);
  const agreed = await agree(store, "propose", { ...wanted, ...height, score: built.score.id, hash });
  show(options, agreed, () => `${describeAgreed(agreed)}\nhash ${hash}`);
};

const change = async (
  method: "propose" | "approve" | "withdraw",
  params: Readonly<Record<string, unknown>>,
  options: ProposeOptions,
): Promise<void> => {
  const { storeCalls } = await import("../score/store-calls.ts");
  const { agree, describeAgreed } = await import("../score/agree.ts");
  const store = await storeCalls(options);
  const agreed = await agree(store, method, { ...params, ...(await heightIn(store, options)) });
  show(options, agreed, () => describeAgreed(agreed));
};

type Row = Readonly<Record<string, unknown>>;
const rowsOf = (value: unknown): readonly Row[] => (Array.isArray(value) ? (value as readonly Row[]) : []);
const textOf = (value: unknown): string => (value === undefined || value === null ? "" : String(value));

/** What a SCORE's suspension says to people, if it has one. */
const suspensionText = (suspended: unknown): string | undefined => {
  if (typeof suspended !== "object" || suspended === null) return undefined;
  const { height, reason } = suspended as Row;
  return `suspended from block ${textOf(height)}: ${textOf(reason)}`;
};

const stateText = ({ active, scheduled, suspended }: Row): string =>
  [
    suspensionText(suspended) ?? (active === true ? "runs" : "disabled"),
    ...(scheduled === "" ? [] : [`proposal ${textOf(scheduled)} is due`]),
  ].join(", ");

const titleOf = (name: string, { active, suspended }: Row): string => {
  const running = typeof active === "object" && active !== null ? textOf((active as Row)["version"]) : "";
  const suspension = suspensionText(suspended);
  if (suspension !== undefined)
    return [name, running, "is", suspension].filter((word) => word !== "").join(" ");
  return running === "" ? `${name} does not run` : `${name} ${running} runs`;
};

const list = async (options: PeerOptions & OutputOptions): Promise<void> => {
  const answer = await request({ url: await peerOf(options) }, inChannel("/api/v2/scores", options.channel));
  show(options, answer, () =>
    table(
      ["score", "version", "state", "hash"],
      rowsOf(answer["scores"]).map((row) => [
        textOf(row["score"]),
        textOf(row["version"]),
        stateText(row),
        textOf(row["hash"]) || "in the genesis",
      ]),
    ),
  );
};

const info = async (name: string, options: PeerOptions & OutputOptions): Promise<void> => {
  const path = `/api/v2/scores/${encodeURIComponent(name)}`;
  const answer = await request({ url: await peerOf(options) }, inChannel(path, options.channel));
  const { versions, steps } = answer;
  show(options, answer, () =>
    [
      titleOf(name, answer),
      table(
        ["version", "registered", "by", "hash"],
        rowsOf(versions).map(({ version, height, organisation, hash }) => [
          textOf(version),
          textOf(height),
          textOf(organisation) || "genesis",
          textOf(hash) || "in the genesis",
        ]),
      ),
      table(
        ["height", "action", "from", "to", "came of it"],
        rowsOf(steps).map(({ height, action, from, version, code, message }) => [
          textOf(height),
          textOf(action),
          textOf(from) || "-",
          textOf(version),
          code === 0 ? "done" : textOf(message),
        ]),
      ),
    ].join("\n\n"),
  );
};

const proposals = async (options: PeerOptions & OutputOptions): Promise<void> => {
  const body = { score: "score-store", method: "proposals", params: {} };
  const answer = await request({ url: await peerOf(options) }, inChannel("/api/v2/query", options.channel), {
    bytes: JSON.stringify(body),
    contentType: "application/json",
  });
  if (answer["code"] !== 0) throw new CliError("QUERY_REFUSED", textOf(answer["message"]));
  show(options, answer["result"], () =>
    table(
      ["id", "action", "score", "version", "status", "height", "approved by"],
      rowsOf(answer["result"]).map(({ id, action, score, version, status, height, approvals }) => [
        textOf(id),
        textOf(action),
        textOf(score),
        textOf(version),
        textOf(status),
        height === 0 ? "next" : textOf(height),
        (approvals as readonly string[]).join(", "),
      ]),
    ),
  );
};

const dev = async (path: string, options: Options): Promise<void> => {
  const { develop } = await import("../score/dev.ts");
  const { emitter } = await import("../emit.ts");
  const { untilStopped } = await import("../until-stopped.ts");
  const isNamed = options.as !== undefined || options.identity !== undefined;
  const identified = isNamed ? options : { ...options, as: "admin" };
  await develop(path, identified, emitter(options.json === true), untilStopped(false));
};

const withHeight = (command: Command): Command =>
  command.option(
    "--height <n>",
    "the least height from which it holds, or +N from now (default: the next)",
    heightText,
  );

const withVersion = (command: Command): Command =>
  command
    .option("--use <version>", "the newest registered with this version, instead of a source")
    .option("--hash <hash>", "the version registered with this hash, instead of a source");

/** Adds the commands of `dure score` that change what a channel runs. */
export const addScoreStore = (score: Command): void => {
  withVersion(withHeight(withIdentity(withPeer(score.command("deploy <source>")))))
    .description(
      "register a contract and propose that the channel runs it; approves for one's own organisation",
    )
    .option("--params <json>", "what its init is given")
    .action((source: string, options: ProposeOptions) => put("deploy", source, options));
  withVersion(withHeight(withIdentity(withPeer(score.command("upgrade <source>")))))
    .description(
      "the same in place of the version that runs; <source> is a SCORE's name with --use or --hash",
    )
    .action((source: string, options: ProposeOptions) => put("upgrade", source, options));
  withHeight(withIdentity(withPeer(score.command("rollback <name>"))))
    .description("propose that the version before runs again")
    .action((name: string, options: ProposeOptions) =>
      change("propose", { action: "rollback", score: name }, options),
    );
  withHeight(withIdentity(withPeer(score.command("disable <name>"))))
    .description("propose that a SCORE runs no more")
    .action((name: string, options: ProposeOptions) =>
      change("propose", { action: "disable", score: name }, options),
    );
  withIdentity(withPeer(score.command("approve <proposal>")))
    .description("approve a proposal for one's own organisation")
    .action((proposal: string, options: Options) => change("approve", { proposal }, options));
  withIdentity(withPeer(score.command("withdraw <proposal>")))
    .description("take one's own organisation's approval back")
    .action((proposal: string, options: Options) => change("withdraw", { proposal }, options));
  withPeer(score.command("proposals")).description("list the newest proposals").action(proposals);
  withPeer(score.command("list")).description("list the SCOREs and their versions").action(list);
  withPeer(score.command("info <name>"))
    .description("show a SCORE's versions and what was done")
    .action(info);
  withIdentity(withPeer(score.command("dev [dir]")))
    .description("redeploy a contract to a running devnet whenever its sources change")
    .action((path: string | undefined, options: Options) => dev(path ?? ".", options));
};
