import { request } from "@dure/client/request";
import type { Command } from "commander";
import { inChannel, type PeerOptions, peersOf } from "../acting-peer.ts";
import { errorColours as pc } from "../colours.ts";
import { table } from "../devnet/table.ts";
import { tell } from "../report-error.ts";
import { type OutputOptions, show } from "./output.ts";
import { withPeer } from "./target-options.ts";

type Options = PeerOptions & OutputOptions;
type Answer = Record<string, unknown>;

const ask = async (url: string, channel: string | undefined): Promise<Answer> => {
  try {
    return { url, ...(await request({ url, timeoutMs: 5_000 }, inChannel("/api/v2/status", channel))) };
  } catch (error) {
    return { url, error: tell(error) };
  }
};

/** The SCOREs that are suspended, or will be. */
const suspensionsIn = ({ suspensions }: Answer): string =>
  Array.isArray(suspensions)
    ? (suspensions as readonly Answer[])
        .map(({ score, height }) => `${String(score)} is suspended from block ${String(height)}`)
        .join(", ")
    : "";

/** What an operator should look at, or "ok". */
const health = (answer: Answer): string => {
  const { halted, diverged, damaged } = answer;
  if (diverged !== undefined) return `diverged at ${String(diverged)}`;
  if (halted !== undefined) return `halted: ${String(halted)}`;
  if (Number(damaged) > 0) return `${String(damaged)} damaged blocks`;
  return suspensionsIn(answer) || "ok";
};

const row = (answer: Answer): readonly string[] => {
  const { url, error, peerId, height, executedHeight, transactionCount, stateRoot, connected, consensus } =
    answer;
  if (error !== undefined) return [String(url), "-", "-", "-", "-", "-", "-", "-", "no answer"];
  const { leaderId = "" } = (consensus ?? {}) as Answer;
  const links = Array.isArray(connected) ? connected.length : 0;
  return [
    String(url),
    String(peerId),
    String(height),
    String(executedHeight),
    String(transactionCount),
    String(stateRoot).slice(0, 12),
    String(links),
    String(leaderId),
    health(answer),
  ];
};

const HEADING = ["peer", "id", "height", "executed", "transactions", "state", "links", "leader", "health"];

const run = async (options: Options): Promise<void> => {
  const urls = await peersOf(options);
  const answers = await Promise.all(urls.map((url) => ask(url, options.channel)));
  show(options, { peers: answers }, () => table(HEADING, answers.map(row)));
  const silent = answers.filter(({ error }) => error !== undefined);
  if (silent.length === 0) return;
  if (!options.json)
    for (const { error } of silent) console.error(pc.yellow((error as { message: string }).message));
  process.exitCode = 1;
};

/** Adds `dure status`. */
export const addStatus = (program: Command): void => {
  withPeer(program.command("status"))
    .description("show how one peer or all of the devnet's stand")
    .action(run);
};
