import { fileURLToPath } from "node:url";
import { pack, type ScoreSource } from "@dure/score-host";

/** The SCORE that every new channel is founded with, packed from its installed package (specs/score-store.md). */
export const storeScore = (): Promise<ScoreSource> =>
  pack(fileURLToPath(import.meta.resolve("@dure/score-store/contract")));
