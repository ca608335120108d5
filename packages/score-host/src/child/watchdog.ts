import { Worker } from "node:worker_threads";

/**
 * Ends this process once its parent is gone, even while a contract loops for ever and stdin is never read.
 * A thread of its own watches: when the parent dies, the process gets another one. (Where the number of the
 * parent never changes, the end of stdin still ends an idle child.)
 */
export const watchParent = (): void => {
  const program = `
    const parent = ${process.ppid};
    setInterval(() => { if (process.ppid !== parent) process.kill(process.pid, "SIGKILL"); }, 250);
  `;
  new Worker(program, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 16, stackSizeMb: 1 } });
};
