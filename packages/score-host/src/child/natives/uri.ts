import { charge } from "../meter.ts";
import { boundedText } from "./limits.ts";
import { replaceMethods } from "./replace.ts";

const native = { decodeURI, decodeURIComponent, encodeURI, encodeURIComponent };

/** Replaces the functions that escape texts for URIs. */
export const installUri = (): void =>
  replaceMethods(globalThis, {
    decodeURI: (text: unknown): string => converted(native.decodeURI, text),
    decodeURIComponent: (text: unknown): string => converted(native.decodeURIComponent, text),
    encodeURI: (text: unknown): string => converted(native.encodeURI, text),
    encodeURIComponent: (text: unknown): string => converted(native.encodeURIComponent, text),
  });

const converted = (convert: (text: string) => string, text: unknown): string => {
  const plain = `${text as string}`;
  charge(plain.length);
  return boundedText(convert(plain));
};
