import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Devnet, startDevnet } from "./devnet.fixture.test.ts";
import * as sdk from "./index.ts";

/** What the verbs are made of, for those who build their own: no examples. */
const PARTS = new Set(["ClientError", "makeCall", "makeTransaction", "request", "submitTo", "submitManyTo"]);

const SOURCES = fileURLToPath(new URL("../src/", import.meta.url));

type Example = { readonly file: string; readonly code: string };

const examples: readonly Example[] = readdirSync(SOURCES)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
  .flatMap((file) =>
    [...readFileSync(`${SOURCES}${file}`, "utf8").matchAll(/ \* @example\n((?: \*.*\n)+?) \*\//g)].map(
      ([, body = ""]) => ({
        file,
        code: body.replaceAll(/^ \* ?/gm, ""),
      }),
    ),
  );

let devnet: Devnet;
let given: Record<string, unknown>;

before(async () => {
  devnet = await startDevnet(2);
  const { genesis, urls } = devnet;
  const client = await sdk.connect({ genesis, peers: urls });
  const [admin, alice] = [await devnet.identity("admin"), await devnet.identity("alice")];
  const minted = await sdk.call(client, admin, {
    score: "token",
    method: "mint",
    params: { to: "alice@devnet", amount: "1000" },
  });
  assert.equal(minted.receipt.code, 0);
  given = {
    ...sdk,
    genesis,
    client,
    alice,
    id: minted.id,
    ...(await devnet.pem("alice")),
    console: { log: () => undefined },
  };
});

after(() => devnet.stop());

const AsyncFunction = Object.getPrototypeOf(async () => undefined).constructor as new (
  ...parts: readonly string[]
) => (...values: readonly unknown[]) => Promise<void>;

for (const { file, code } of examples)
  test(`the example of ${file} runs: ${code.split("\n")[0]}`, async () => {
    // In a block, so that an example may name what it makes as it likes.
    await new AsyncFunction(...Object.keys(given), `{\n${code}\n}`)(...Object.values(given));
  });

test("every verb has an example", () => {
  for (const [name, verb] of Object.entries(sdk)) {
    if (typeof verb !== "function" || PARTS.has(name)) continue;
    assert.ok(
      examples.some(({ code }) => code.includes(`${name}(`)),
      `${name} has no example`,
    );
  }
});
