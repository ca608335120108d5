/** Child processes that share this terminal, and the signals of both. */
import { spawn } from "node:child_process";
import { constants } from "node:os";

/**
 * Runs a command with this process's terminal and returns its exit code when it has ended (128 + the signal's
 * number when a signal ended it). Until then this process outlives every signal, so that a child that is
 * shutting down is never left behind by its parent.
 *
 * Ctrl-C reaches the whole process group, so the child has SIGINT already when there is a terminal: sending
 * it again would look like an impatient second Ctrl-C. Without a terminal, and for SIGTERM and SIGHUP, only
 * this process was told, and passes it on, once.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import("node:child_process").SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export const run = (command, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", ...options });
    const passedOn = new Set();
    const passOn = (signal) => {
      if (passedOn.has(signal) || (signal === "SIGINT" && process.stdin.isTTY)) return;
      passedOn.add(signal);
      child.kill(signal);
    };
    const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
    for (const signal of signals) process.on(signal, passOn);
    const done = () => {
      for (const signal of signals) process.off(signal, passOn);
    };
    child.on("error", (error) => {
      done();
      reject(error);
    });
    child.on("exit", (code, signal) => {
      done();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });

/** Runs a script of this repository or of a dependency under this same Node.js; as `run`. */
export const runNode = (args, options) => run(process.execPath, args, options);

/** Runs npm; as `run`. */
export const runNpm = (args, options) => {
  // Under `npm start` npm says where it lives, which saves a shell and the difference between npm and npm.cmd.
  const cli = process.env.npm_execpath;
  if (cli?.endsWith("npm-cli.js")) return runNode([cli, ...args], options);
  return process.platform === "win32"
    ? run("npm.cmd", args, { ...options, shell: true })
    : run("npm", args, options);
};
