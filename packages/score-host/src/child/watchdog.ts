const LOOK_MS = 250;

/**
 * Ends this process once its parent is gone, even while a contract loops for ever and stdin is never read: when the
 * parent dies, the process gets another one. (Where the number of the parent never changes, the end of stdin still ends
 * an idle child.)
 */
export const watchParent = (): void => {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  }, LOOK_MS);
};
