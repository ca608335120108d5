import type { en } from "./en.ts";

/** The same keys all the way down; texts become any text, functions keep what they take. */
type Like<T> = {
  readonly [Key in keyof T]: T[Key] extends string
    ? string
    : T[Key] extends (...values: infer Values) => string
      ? (...values: Values) => string
      : Like<T[Key]>;
};

/** The texts of a language. A key that is missing or unknown is a type error. */
export type Catalogue = Like<typeof en>;
