import type { Bytes } from "@dure/crypto";
import { type Decoded, decode, Writer } from "@dure/types";
import type { Version } from "./entry.ts";

/** What stands under a key. */
export type Held = { readonly value: Bytes; readonly version: Version };

/** Bytes of a value's record: height u64, index u32, value. */
export const encodeHeld = ({ value, version }: Held): Bytes =>
  new Writer().u64(version.height).u32(version.index).fixed(value, value.length).finish();

/** Reads a value's record strictly. */
export const decodeHeld = (bytes: Bytes): Decoded<Held> =>
  decode(bytes, (reader) => {
    const version = { height: reader.u64(), index: reader.u32() };
    return { version, value: reader.fixed(reader.remaining) };
  });
