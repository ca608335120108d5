import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseLanguage, LANGUAGES } from "./language.ts";

test("what was chosen is remembered, and the browser's wish is the default", () => {
  assert.equal(chooseLanguage("ko", ["en-GB"]), "ko");
  assert.equal(chooseLanguage(null, ["fr", "ko-KR", "en"]), "ko");
  assert.equal(chooseLanguage("xx", ["EN-us"]), "en");
  assert.equal(chooseLanguage(null, ["fr"]), "en");
  assert.equal(chooseLanguage("toString", []), "en");
});

/** Every path of a catalogue to a text or a function of texts. */
const paths = (value: unknown, at = ""): readonly string[] =>
  typeof value === "object" && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`))
    : [at];

const at = (catalogue: unknown, path: string): unknown =>
  path
    .slice(1)
    .split(".")
    .reduce((value, key) => (value as Record<string, unknown>)[key], catalogue);

/** A text, or what a function makes of recognisable values. */
const said = (value: unknown): string =>
  typeof value === "function"
    ? String(value(...["@1@", "@2@", "@3@"].slice(0, value.length)))
    : String(value);

test("the languages have the same texts, none of them empty", () => {
  for (const catalogue of Object.values(LANGUAGES)) {
    assert.deepEqual([...paths(catalogue)].sort(), [...paths(LANGUAGES.en)].sort());
    for (const path of paths(catalogue)) assert.ok(said(at(catalogue, path)).trim().length > 0, path);
  }
});

test("every text says in each language all that it is given", () => {
  for (const path of paths(LANGUAGES.en)) {
    const values = (text: string) => [...new Set(text.match(/@\d@/g))].sort();
    assert.deepEqual(values(said(at(LANGUAGES.ko, path))), values(said(at(LANGUAGES.en, path))), path);
  }
});

test("Korean texts are Korean, save for names that are the same everywhere", () => {
  const same = [".transaction.score", ".send.score"];
  for (const path of paths(LANGUAGES.ko))
    if (!same.includes(path)) assert.match(said(at(LANGUAGES.ko, path)), /[가-힣]/, path);
});
