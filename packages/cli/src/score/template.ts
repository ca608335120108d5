/** The files of a new contract, by path. They are complete, and their test passes. */
export const templateOf = (name: string): Readonly<Record<string, string>> => ({
  "contract.ts": `/** A counter that anyone may add to, up to a limit that the channel's administrators deployed it with. */
import { contract, counter, method, refuse } from "@dure/score";
import * as t from "@dure/score/schema";

/** The codes with which calls are refused; clients tell them apart by these. */
const errors = { LIMIT: 1001 } as const;

export default contract({
  name: "${name}",
  version: "1.0.0",

  /** Runs once, when the contract is deployed. */
  init: method({
    params: { limit: t.optional(t.integer({ min: 1 }), 1000) },
    run: (ctx, { limit }) => ctx.state.set("limit", limit),
  }),

  invoke: {
    add: method({
      summary: "Adds to the sum, up to the limit.",
      params: { by: t.integer({ min: 1, max: 100 }) },
      result: t.object({ sum: t.integer() }),
      run(ctx, { by }) {
        const sum = counter(ctx.state, "count").add(by);
        if (sum > (ctx.state.get<number>("limit") ?? 0)) refuse("the limit is reached", { sum }, errors.LIMIT);
        ctx.emit("added", { by: ctx.sender.name, sum });
        return { sum };
      },
    }),
  },

  query: {
    count: method({ result: t.integer(), run: (ctx) => counter(ctx.state, "count").get() }),
  },
});
`,
  "contract.test.ts": `import assert from "node:assert/strict";
import { test } from "node:test";
import { testKit } from "@dure/score-host/test-kit";

const entry = new URL("./contract.ts", import.meta.url);

test("what is added counts, up to the limit", async () => {
  const kit = await testKit({ entry, init: { limit: 10 } });
  try {
    const alice = kit.as("alice");
    assert.deepEqual((await alice.invoke("add", { by: 3 })).result, { sum: 3 });
    const refused = await alice.invoke("add", { by: 9 });
    assert.deepEqual([refused.code, refused.message], [1001, "the limit is reached"]);
    assert.equal((await kit.query("count")).result, 3);
  } finally {
    await kit.close();
  }
});
`,
  "package.json": `${JSON.stringify(
    {
      name,
      id: name,
      version: "1.0.0",
      private: true,
      type: "module",
      description: "A counter with a limit",
      auth: { name: "", email: "", org: "" },
      functions: { init: true, invoke: ["add"], query: ["count"], migrate: false, rollback: false },
    },
    null,
    2,
  )}
`,
  "tsconfig.json": `${JSON.stringify(
    {
      compilerOptions: {
        target: "ES2022",
        lib: ["ES2023"],
        module: "NodeNext",
        moduleResolution: "NodeNext",
        noEmit: true,
        strict: true,
        noUncheckedIndexedAccess: true,
        erasableSyntaxOnly: true,
        allowImportingTsExtensions: true,
        skipLibCheck: true,
        types: ["node"],
      },
      include: ["*.ts"],
    },
    null,
    2,
  )}
`,
  ".gitignore": "node_modules\n.dure-test-*\n*.score.json\n",
  "README.md": `# ${name}

A SCORE for dure.

| command | what it does |
|---|---|
| \`npx dure score test DIR\` | runs the tests in the sandbox that peers run |
| \`npx dure score check DIR\` | checks types, loads the contract, holds package.json to it, and shows its hash |
| \`npx dure score pack DIR -o ${name}.score.json\` | makes the package, the same bytes on any machine |

\`DIR\` is this directory; run them where dure is installed, such as in its repository.

\`contract.ts\` is the contract, \`package.json\` says what it offers: \`id\`, \`version\` and \`functions\` are held to the contract.
`,
});
