import { heightParameter, requiredText } from "../parameter.ts";
import { Refusal } from "../refusal.ts";
import { route } from "../route.ts";
import { Score, ScoreList } from "../shape.ts";

export const listScores = route({
  method: "GET",
  path: "/scores",
  summary:
    "The SCOREs that run, and those that were disabled, each with its version, after the last height executed.",
  answer: ScoreList,
  handle: ({ channel }) => ({ height: channel.executedHeight(), scores: channel.scores.known() }),
});

export const getScore = route({
  method: "GET",
  path: "/scores/{name}",
  summary: "A SCORE's versions, and the activations that were tried, by pages with the newest first.",
  pathParameters: { name: requiredText("the SCORE's name", 64) },
  query: { before: heightParameter("versions and steps from below this index") },
  answer: Score,
  codes: ["SCORE_UNKNOWN"],
  handle: ({ channel, path: { name }, query: { before } }) => {
    const score = channel.scores.describe(name, before);
    if (score === undefined)
      throw new Refusal("SCORE_UNKNOWN", "no version of a SCORE of this name is registered in this channel");
    return { height: channel.executedHeight(), ...score };
  },
});
