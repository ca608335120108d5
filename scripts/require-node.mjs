// Imported by itself, before anything else, and kept to syntax that old releases of Node.js parse: whoever
// runs one of them should read a sentence, not a stack of syntax errors.

/**
 * Ends the process with code 1 and a sentence when this Node.js is older than `major`.`minor`; returns
 * otherwise.
 */
export function requireNode(major, minor, purpose) {
  const parts = process.versions.node.split(".").map(Number);
  if (parts[0] > major || (parts[0] === major && parts[1] >= minor)) return;
  console.error(`${purpose} needs Node.js ${major}.${minor} or later; this is ${process.version}.`);
  console.error("Install a newer one from https://nodejs.org (or run `nvm install`) and try again.");
  process.exit(1);
}
