import type { Bytes } from "@dure/crypto";
import { type Block, type Hash, hashBytes } from "@dure/types";
import { encodeFrame } from "../disk/frame.ts";
import { encodeEntry } from "./entry.ts";
import { JOURNAL_KIND, type JournalContent, journalSeed } from "./read-journal.ts";

/** How far a journal's file is written. */
export type Written = Omit<JournalContent, "record" | "blocks">;

/** A journal file that holds nothing but one entry: how a journal begins, and what a compaction leaves. */
export const startJournal = (start: {
  readonly channelId: Hash;
  readonly id: Bytes;
  readonly salt: Bytes;
  readonly sequence: number;
  readonly record: Bytes;
  readonly blocks: readonly Block[];
}): { readonly parts: readonly Bytes[]; readonly written: Written } => {
  const { channelId, id, salt, sequence, record, blocks } = start;
  const first = encodeFrame(
    journalSeed(channelId),
    JOURNAL_KIND.start,
    sequence - 1,
    hashBytes(channelId),
    id,
    salt,
  );
  const entry = encodeFrame(
    first.check,
    JOURNAL_KIND.entry,
    sequence,
    ...encodeEntry({ record, blocks, held: [] }),
  );
  const written = { id, sequence, seed: entry.check, end: first.length + entry.length };
  return { parts: [...first.parts, ...entry.parts], written };
};
