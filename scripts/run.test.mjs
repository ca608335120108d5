import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import test from "node:test";

const RUN = JSON.stringify(new URL("./run.mjs", import.meta.url).href);

/** Starts a parent that runs `child` (a program's text) by `runNode`; resolves when the child has printed `ready`. */
const start = async (child) => {
  const program = `import { runNode } from ${RUN}; process.exitCode = await runNode(["-e", ${JSON.stringify(child)}]);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  parent.stdout.setEncoding("utf8");
  const ready = new Promise((resolve) => {
    parent.stdout.on("data", (text) => {
      output += text;
      if (output.includes("ready")) resolve();
    });
  });
  await ready;
  return { parent, output: () => output };
};

const skip = process.platform === "win32" && "Windows has no signals to pass on";

test("the child's exit code becomes the parent's", async () => {
  const { parent } = await start('console.log("ready"); process.exitCode = 7;');
  assert.deepEqual(await once(parent, "close"), [7, null]);
});

for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
  test(`a parent without terminal passes ${signal} on once and outlives a child that shuts down`, {
    skip,
  }, async () => {
    // The child ends only when its standing timer is cleared, a while after the signal, and says how many came.
    const { parent, output } = await start(`
      let count = 0;
      const standing = setInterval(() => {}, 1000);
      process.on("${signal}", () => {
        if (++count > 1) return;
        console.log("stopping");
        setTimeout(() => { console.log("signals: " + count); clearInterval(standing); process.exitCode = 3; }, 300);
      });
      console.log("ready");
    `);
    parent.kill(signal);
    while (!output().includes("stopping")) await once(parent.stdout, "data");
    parent.kill(signal);
    assert.deepEqual(await once(parent, "close"), [3, null]);
    assert.match(output(), /signals: 1\n$/);
  });

test("a child that a signal ended gives 128 and the signal's number", { skip }, async () => {
  const { parent } = await start('console.log("ready"); process.kill(process.pid, "SIGKILL");');
  assert.deepEqual(await once(parent, "close"), [128 + 9, null]);
});
