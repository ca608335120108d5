import { relative } from "node:path";
import { outColours as pc } from "../colours.ts";
import type { Death } from "./kept-process.ts";
import type { Reporter, Running } from "./reporter.ts";
import { table } from "./table.ts";
import { commandsToTry } from "./try-commands.ts";

const REFRESH_MS = 100;

const seconds = (ms: number): string =>
  ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;

const shortPath = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith("..") ? path : short;
};

const exitOf = ({ code, signal }: Death): string =>
  signal === null ? `ended with status ${code}` : `was ended by ${signal}`;

/** Steps with their times, then a table of what runs: on a terminal the current step's time runs on its line. */
export const humanReporter = (): Reporter => {
  const startMs = performance.now();
  const isLive = process.stdout.isTTY === true;
  const line = (mark: string, title: string, ms: number): string =>
    `${mark} ${title} ${pc.dim(`(${seconds(ms)})`)}`;

  /** Ends the step that runs; a step that begins while another runs interrupts it. */
  let interrupt: (() => void) | undefined;

  return {
    step: async (title, work) => {
      interrupt?.();
      const fromMs = performance.now();
      const draw = (): void => {
        process.stdout.write(`\r\u001b[K${line(pc.cyan("…"), title, performance.now() - fromMs)}`);
      };
      const timer = isLive ? setInterval(draw, REFRESH_MS) : undefined;
      if (isLive) draw();
      const end = (mark: string): void => {
        if (interrupt !== stop) return;
        interrupt = undefined;
        clearInterval(timer);
        if (isLive) process.stdout.write("\r\u001b[K");
        console.log(line(mark, title, performance.now() - fromMs));
      };
      const stop = () => end(pc.yellow("-"));
      interrupt = stop;
      try {
        const result = await work();
        end(pc.green("✔"));
        return result;
      } catch (error) {
        end(pc.red("✘"));
        throw error;
      }
    },
    childEvent: () => undefined,
    ready: (running: Running) => {
      const { home, isNew, processes, channelId } = running;
      const took = seconds(performance.now() - startMs);
      console.log(
        `\n${pc.bold("The devnet runs")}, ${isNew ? "founded" : "resumed"} in ${took}; channel ${pc.bold("devnet")} (${channelId.slice(0, 16)}…), home ${shortPath(home)}\n`,
      );
      console.log(
        table(
          ["process", "pid", "gRPC", "REST", "log"],
          processes.map(({ name, pid, ports, url, log }) => [
            name,
            String(pid),
            `127.0.0.1:${ports.grpc}`,
            url,
            shortPath(log),
          ]),
        ),
      );
      console.log(`\nWatch it live: ${pc.cyan(processes[0]?.url ?? "")}`);
      console.log("\nTry, in another terminal:\n");
      for (const command of commandsToTry(home)) console.log(`  ${pc.cyan(command)}`);
      console.log(pc.dim("\nCtrl-C stops it and keeps its data.\n"));
    },
    died: (death) => {
      const next =
        death.againInMs === undefined
          ? "it is not started again; the others go on"
          : `starting it again in ${seconds(death.againInMs)}`;
      console.log(`${pc.red("✘")} ${death.name} ${exitOf(death)}; ${next}. Its last words:`);
      for (const words of death.lines) console.log(pc.dim(`    ${words}`));
    },
    restarted: (name, pid) => console.log(`${pc.green("✔")} ${name} runs again, pid ${pid}`),
    stopped: () => console.log("The devnet has stopped; its data is kept."),
  };
};
