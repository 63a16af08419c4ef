// What went wrong in an episode, in words for people.

import { pointKey } from "./points.ts";
import type { Verdict } from "./run-episode.ts";

/** What went wrong in an episode, with the words that play it again. */
export function failureText({ seed, point, also, scene, disagreements, story }: Verdict): string {
  const more = also.length === 0 ? "" : ` --also "${also.map(pointKey).join(",")}"`;
  const lines = [
    `FAILED  ${pointKey(point)}, scene "${scene}"`,
    ...disagreements.map((one) => `  ${one}`),
    "  what happened:",
    ...story.map((one) => `    ${one.replaceAll("\n", "\n      ")}`),
    `  again:  SEED=${seed} npm run faults -- --point "${pointKey(point)}"${more} --episodes 1`,
  ];
  return lines.join("\n");
}
