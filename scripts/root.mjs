import { fileURLToPath } from "node:url";

/** The absolute path of the repository's root, without a trailing separator. */
export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
