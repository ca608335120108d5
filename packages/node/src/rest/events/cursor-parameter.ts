import type { Parameter } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { type Cursor, parseCursor } from "./cursor.ts";

/** The id of an event; undefined where it is left out, or empty as that of a browser that had none. */
export const cursorParameter = (description: string): Parameter<Cursor | undefined> => ({
  description,
  isRequired: false,
  schema: { type: "string", pattern: "^([0-9]+[.][0-9]+[.][0-9]+)?$", examples: ["12.11.3"] },
  read: (text) => {
    if (text === undefined || text === "") return undefined;
    const cursor = parseCursor(text);
    if (cursor === undefined)
      throw new Refusal("REQUEST_MALFORMED", "the cursor is no event's id: those read like 12.11.3");
    return cursor;
  },
});
