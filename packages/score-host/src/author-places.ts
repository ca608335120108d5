import {
  GREATEST_LOWER_BOUND,
  isIgnored,
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
} from "@jridgewell/trace-mapping";
import type { Bundle } from "./bundle.ts";
import { SyntaxRefusal } from "./child/instrument/instrument.ts";
import { compiledPlaces, lineStarts } from "./child/instrument/places.ts";

/** Places in the files that a contract was packed from, as `contract.ts:12:5`: a path from the entry's folder, line, column. */
export type AuthorPlaces = {
  /** Where the text has syntax that contracts must not have, if it does. */
  ofSyntax(): string | undefined;
  /** Where a frame of the compiled text is, by its line and column from 1; undefined outside the author's own files. */
  ofFrame(line: number, column: number): string | undefined;
};

/** What the child names a SCORE's text in stacks (child/trace.ts), with the line and column from 1. */
const FRAME = /\bscore:([a-z0-9-]*@[0-9.]*):(\d+):(\d+)/g;

/**
 * Returns the first place of a trace that is in one of the texts, by their names and versions: `name@version`. One in
 * another SCORE's text than `own` has that SCORE's name in front: `token/contract.ts:12:5`.
 */
export const placeOfTrace = (
  trace: string,
  placesOf: (nameAndVersion: string) => AuthorPlaces | undefined,
  own?: string,
): string | undefined => {
  for (const [, score, line, column] of trace.matchAll(FRAME)) {
    const place = placesOf(score!)?.ofFrame(Number(line), Number(column));
    const [name] = score!.split("@");
    if (place !== undefined) return own === undefined || name === own ? place : `${name}/${place}`;
  }
  return undefined;
};

/** Returns the places of a packed text. Most texts never fail: what is needed is made when a place is asked for. */
export const authorPlaces = ({ source, sourceMap }: Pick<Bundle, "source" | "sourceMap">): AuthorPlaces => {
  const starts = once(() => lineStarts(source));
  const map = once(() => new TraceMap(sourceMap));
  const compiled = once(() => compiledPlaces(source));

  const ofText = (at: number): string | undefined => {
    const line = starts().findLastIndex((start) => start <= at) + 1;
    const column = at - starts()[line - 1]!;
    for (const bias of [GREATEST_LOWER_BOUND, LEAST_UPPER_BOUND] as const) {
      const found = originalPositionFor(map(), { line, column, bias });
      if (found.source !== null)
        return isIgnored(map(), found.source)
          ? undefined
          : `${found.source}:${found.line}:${found.column + 1}`;
    }
    return undefined;
  };

  return {
    ofFrame(line, column) {
      const at = compiled()(line, column);
      return at === undefined ? undefined : ofText(at);
    },
    ofSyntax() {
      try {
        compiled();
        return undefined;
      } catch (error) {
        if (!(error instanceof SyntaxRefusal)) throw error;
        return ofText(error.at);
      }
    },
  };
};

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
