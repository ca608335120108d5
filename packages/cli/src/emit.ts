import { outColours as pc } from "./colours.ts";

/** Something that happened, for those who read a process's stdout. */
export type Event = { readonly event: string; readonly [field: string]: unknown };

/** Tells of an event: with `json` as one line of JSON, else as a sentence for people. */
export type Emit = (event: Event, sentence: string) => void;

/** @returns what writes events to stdout. */
export const emitter =
  (json: boolean): Emit =>
  (event, sentence) =>
    console.log(json ? JSON.stringify(event) : `${pc.dim("dure:")} ${sentence}`);
