// A pause takes effect where the world can be kept. Where it cannot, the run goes on: ended there, with nothing to go on
// from, it would have lost what its agent did.

import type { World } from "../environments/environment.ts";
import type { BenchmarkAttempt } from "./benchmark-attempt.ts";
import { blame } from "./blame.ts";

/** What is asked of the attempt, without a pause for as long as its world cannot be kept; why not is recorded. */
export function pauseWherePossible(
  { control, emit }: Pick<BenchmarkAttempt, "control" | "emit">,
  world: Pick<World, "whyNoSnapshot">,
): BenchmarkAttempt["control"] {
  let told: string | null = null;
  return {
    async check() {
      const asked = await control.check();
      if (asked !== "pause") return asked;
      const why = await blame("environment", async () => (await world.whyNoSnapshot?.()) ?? null);
      if (why === null) return "pause";
      if (why !== told) await emit("log.written", { level: "warn", message: `not paused here, it goes on: ${why}` });
      told = why;
      return "go";
    },
  };
}
