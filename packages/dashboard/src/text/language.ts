import type { Catalogue } from "./catalogue.ts";
import { en } from "./en.ts";
import { ko } from "./ko.ts";

/** The languages of the page, by their tags. */
export const LANGUAGES = { en, ko } as const satisfies Record<string, Catalogue>;

export type Language = keyof typeof LANGUAGES;

const isLanguage = (tag: string): tag is Language => Object.hasOwn(LANGUAGES, tag);

/** The language that was chosen before, or else the first that the browser asks for and the page speaks, or English. */
export const chooseLanguage = (remembered: string | null, wanted: readonly string[]): Language =>
  [remembered ?? "", ...wanted.map((tag) => tag.split("-")[0]?.toLowerCase() ?? "")].find(isLanguage) ?? "en";
