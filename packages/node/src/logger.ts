import { type Logger, pino } from "pino";

/**
 * The log of a process: JSON lines on stderr, each with the process's name. Written synchronously, so that the last
 * words before a crash are not lost.
 *
 * @param level pino's: `debug`, `info`, `warn`, `error` or `silent`.
 */
export const createLogger = (name: string, level = "info"): Logger =>
  pino({ name, level }, pino.destination({ dest: 2, sync: true }));
