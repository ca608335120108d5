import { spawn } from "node:child_process";

/**
 * Runs a Node.js program over the author's files in the foreground, and returns its exit code. `to`: where what it
 * prints goes, stdout or stderr.
 */
export const runNode = (args: readonly string[], cwd: string, to: "stdout" | "stderr"): Promise<number> => {
  const env = { ...process.env };
  // A test run inside of another one would report to that instead of to its reader.
  delete env["NODE_TEST_CONTEXT"];
  return new Promise((resolve, reject) => {
    spawn(process.execPath, [...args], { cwd, env, stdio: ["inherit", to === "stdout" ? 1 : 2, 2] })
      .once("error", reject)
      .once("close", (code) => resolve(code ?? 1));
  });
};
