import assert from "node:assert/strict";
import { test } from "node:test";
import { BASELINE, GLOBALS } from "../baseline.ts";
import { DECISIONS, type Decision } from "./decisions.ts";
import { installFoundations, installNatives } from "./index.ts";

const words = (text: string | undefined): string[] => (text ?? "").split(" ").filter((word) => word !== "");

/** What stands under each name of the baseline that can be reached from the global object, accessors included. */
const snapshot = (): Map<string, unknown> => {
  const found = new Map<string, unknown>();
  for (const [path, names] of Object.entries(BASELINE)) {
    if (path.startsWith("%")) continue;
    const holder = path
      .split(".")
      .reduce((object, name) => (object as Record<string, object>)[name]!, globalThis as object);
    for (const name of names.split(" ")) {
      const descriptor = Object.getOwnPropertyDescriptor(holder, name);
      found.set(`${path}.${name}`, descriptor?.set ?? descriptor?.get ?? descriptor?.value);
    }
  }
  return found;
};

const globals = (): Map<string, unknown> =>
  new Map(GLOBALS.map((name) => [name, (globalThis as unknown as Record<string, unknown>)[name]]));

const before = snapshot();
const globalsBefore = globals();
installFoundations();
installNatives();
const after = snapshot();

test("every native of the baseline has one decision, and every decision has a native", () => {
  for (const [path, names] of Object.entries(BASELINE)) {
    const decided = Object.values(DECISIONS[path] ?? {}).flatMap(words);
    assert.deepEqual(decided.sort(), words(names).sort(), path);
  }
  assert.deepEqual(Object.keys(DECISIONS).sort(), Object.keys(BASELINE).sort());
});

test("what is free is the engine's own, and what is not has been replaced", () => {
  // A constructor that is replaced changes what its prototype says of it; the table names that.
  for (const [path, decisions] of Object.entries(DECISIONS)) {
    if (path.startsWith("%")) continue;
    for (const [decision, names] of Object.entries(decisions) as [Decision, string][])
      for (const name of words(names)) {
        const key = `${path}.${name}`;
        if (decision === "patterns") continue;
        if (decision === "free") assert.ok(Object.is(before.get(key), after.get(key)), `${key} was replaced`);
        else assert.notEqual(before.get(key), after.get(key), `${key} is the engine's`);
      }
  }
});

test("of the globals, those that keep the engine's own function take nothing that could be long", () => {
  const kept = [...globals()].filter(([name, value]) => Object.is(value, globalsBefore.get(name)));
  assert.deepEqual(
    kept.map(([name]) => name).filter((name) => typeof globalsBefore.get(name) === "function"),
    ["Object", "Function", "Boolean", "Symbol", "RegExp"],
  );
});

test("what has been replaced has the names, lengths and attributes of the engine's", () => {
  for (const [key, replaced] of after) {
    const native = before.get(key);
    if (typeof native !== "function" || native === replaced) continue;
    for (const property of ["name", "length"])
      assert.deepEqual(
        Object.getOwnPropertyDescriptor(replaced, property),
        Object.getOwnPropertyDescriptor(native, property),
        `${property} of ${key}`,
      );
  }
  assert.equal(Object.getOwnPropertyDescriptor(Array.prototype, "map")?.enumerable, false);
  assert.equal("prototype" in Array.prototype.map, false);
  assert.throws(() => Reflect.construct(Array.prototype.map, []), TypeError);
});
