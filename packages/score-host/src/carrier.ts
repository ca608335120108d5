import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { encodeFrame, frameReader } from "./frame.ts";
import type { Layers } from "./layers.ts";
import { parseReply, type Reply } from "./protocol.ts";

/** What the child's program runs in, and how it is reached: a process over pipes, or a thread over a port. */
export type Carrier = {
  /** Of the process in which it runs; -1 if there is none. */
  readonly pid: number;
  /** What holds it from outside. */
  readonly layers: Layers;
  /** Must be called once, before anything else. */
  listen(listener: Listener): void;
  send(message: unknown): void;
  /** Ends the program now. */
  kill(): void;
  /** Lets the program end by itself, which it does when it has nothing to answer. */
  end(): void;
};

export type Listener = {
  /** Undefined: what came is no reply. */
  readonly onReply: (reply: Reply | undefined) => void;
  /** Told when the program is gone, with how it ended. */
  readonly onEnd: (message: string) => void;
};

/** How much of a dying process's last words is kept. */
const STDERR_BYTES_MAX = 8 * 1024;

/** Returns a process that speaks the protocol on its pipes. */
export const processCarrier = (child: ChildProcessWithoutNullStreams, layers: Layers): Carrier => ({
  pid: child.pid ?? -1,
  layers,
  listen({ onReply, onEnd }) {
    const frames = frameReader();
    let stderr = "";
    // Writing to a process that just died is no error of its own: its exit is what counts.
    child.stdin.on("error", () => {});
    child.stderr.on("data", (chunk: Buffer) => {
      if (stderr.length < STDERR_BYTES_MAX) stderr += chunk.toString("latin1");
    });
    child.stdout.on("data", (chunk: Buffer) => {
      for (const frame of frames.push(chunk) ?? [undefined]) onReply(frame && parseReply(frame));
    });
    child.once("error", (error) => onEnd(`the sandbox process did not start: ${error.message}`));
    child.once("close", (code, signal) =>
      onEnd(`the sandbox process ended (${signal ?? `exit ${code}`})${lastWords(stderr)}`),
    );
  },
  send(message) {
    child.stdin.write(encodeFrame(JSON.stringify(message)));
  },
  kill() {
    child.kill("SIGKILL");
  },
  end() {
    child.stdin.end();
  },
});

const lastWords = (stderr: string): string => {
  const line = stderr.split("\n").find((text) => /FATAL|Error/.test(text));
  return line === undefined ? "" : `: ${line.trim().slice(0, 200)}`;
};
