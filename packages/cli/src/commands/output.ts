import type { Command } from "commander";

export type OutputOptions = { readonly json?: true; readonly verbose?: true };

/** Adds the options that every command has. */
export const withOutput = (command: Command): Command =>
  command.option("--json", "print JSON, errors too").option("--verbose", "show the stack trace of an error");

/** Prints a result: for people as a text, or with `json` as one JSON value. */
export const show = (options: OutputOptions, value: unknown, text: () => string): void =>
  console.log(options.json ? JSON.stringify(value) : text());

/** A JSON value for people. */
export const pretty = (value: unknown): string => JSON.stringify(value, null, 2);
