import { describe, expect, it } from "vitest";
import { effectiveLimits, runLimitsPatch } from "./limits.ts";

describe("the limits of a run", () => {
  it("are the defaults of its kind, overlaid by the file's and then by the command line's", () => {
    expect(effectiveLimits("benchmark").wall_s).toBe(600);
    expect(effectiveLimits("command").wall_s).toBeNull();
    expect(effectiveLimits("benchmark", { wall_s: 5, turns: 3 }, { wall_s: null })).toMatchObject({
      wall_s: null,
      turns: 3,
    });
  });

  it("have known names and positive values", () => {
    expect(runLimitsPatch.safeParse({ wall_s: 1.5, grace_s: 0 }).success).toBe(true);
    for (const bad of [{ wall: 1 }, { wall_s: 0 }, { turns: 1.5 }, { wall_s: "5" }, { grace_s: -1 }]) {
      expect(runLimitsPatch.safeParse(bad).success).toBe(false);
    }
  });
});
