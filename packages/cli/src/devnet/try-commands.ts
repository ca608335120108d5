import { resolve } from "node:path";
import { callOf, quoted } from "../call-of.ts";
import { DEFAULT_HOME } from "../home/find-devnet.ts";

/** JSON as one argument of the shell at hand. */
const jsonArgument = (value: object): string => {
  const text = JSON.stringify(value);
  return process.platform === "win32" ? `"${text.replaceAll('"', '\\"')}"` : `'${text}'`;
};

/** Three commands that work as they stand, from the directory in which the devnet was started. */
export const commandsToTry = (home: string, cwd = process.cwd()): readonly string[] => {
  const dure = callOf(cwd);
  const where = resolve(cwd, DEFAULT_HOME) === home ? "" : ` --home ${quoted(home)}`;
  const proposal = { proposer: "alice", counterparties: ["bob"], content: "a roof for two", quorum: 2 };
  return [
    `${dure} status${where}`,
    `${dure} tx send --as alice propose ${jsonArgument(proposal)}${where}`,
    `${dure} query get_user_contracts ${jsonArgument({ user_id: "bob" })}${where}`,
  ];
};
