// What is typed of a new run: the request that it is, what is wrong with it, and the command line that does the same.

import { describe, expect, test } from "vitest";
import {
  checkDraft,
  commandLine,
  type Draft,
  emptyDraft,
  shellWord,
} from "../../dashboard/src/pages/new-run/run-draft.ts";

function draft(change: Partial<Draft> = {}): Draft {
  return { ...emptyDraft, benchmark: "001-sol-transfer", ...change };
}

describe("a draft", () => {
  test("with a benchmark and an agent is a request of just these", () => {
    expect(checkDraft(draft())).toEqual({
      request: { kind: "run", body: { benchmark: "001-sol-transfer", agent: "deterministic" } },
      faults: [],
    });
  });

  test("carries each parameter that is not as usual", () => {
    const labels = "team=a\n\n url=http://x?a=b ";
    const limits = { turns: "5", cost_usd: "0.25", wall_s: "none" };
    const given = { seed: "7", retries: "2", name: " mine ", labels, priority: "high" as const, limits };
    expect(checkDraft(draft(given)).request?.body).toEqual({
      ...{ benchmark: "001-sol-transfer", agent: "deterministic", seed: 7, retries: 2, name: "mine", priority: "high" },
      labels: { team: "a", url: "http://x?a=b" },
      limits: { turns: 5, cost_usd: 0.25, wall_s: null },
    });
  });

  test("of several agents or trials is an experiment", () => {
    expect(checkDraft(draft({ agents: ["deterministic", "glm-4.6"], trials: "3" })).request).toEqual({
      kind: "experiment",
      body: { benchmarks: ["001-sol-transfer"], agents: ["deterministic", "glm-4.6"], trials: 3 },
    });
  });

  test.each([
    [{ benchmark: " " }, "benchmark"],
    [{ agents: [] }, "agent"],
    [{ seed: "1.5" }, "seed"],
    [{ seed: "99999999999" }, "seed"],
    [{ trials: "0" }, "trials"],
    [{ labels: "team" }, "labels"],
    [{ limits: { turns: "1.5" } }, "limits.turns"],
    [{ limits: { wall_s: "soon" } }, "limits.wall_s"],
    [{ limits: { tokens: "-1" } }, "limits.tokens"],
    [{ from: "inline", inlineId: "mine", yaml: "id: mine", trials: "2" }, "trials"],
  ] as [Partial<Draft>, string][])("%j is no request, and the fault is told at %s", (change, field) => {
    const { request, faults } = checkDraft(draft(change));
    expect(request).toBeNull();
    expect(faults.map((fault) => fault.field)).toContain(field);
  });
});

describe("the command line", () => {
  test("names the file, and every parameter that was typed", () => {
    const given = {
      seed: "7",
      retries: "1",
      name: "two words",
      labels: "team=a",
      limits: { turns: "5", wall_s: "none" },
    };
    const typed = draft({ ...given, priority: "low" as const });
    expect(commandLine(typed, checkDraft(typed), "benchmarks/001-sol-transfer.yml")).toBe(
      "npx runledger run benchmarks/001-sol-transfer.yml --agent deterministic --seed 7 --limits wall_s=none,turns=5 " +
        "--retry 1 --label team=a --name 'two words' --priority low --queue",
    );
  });

  test("is none for a benchmark without a file, nor for what is no request", () => {
    expect(commandLine(draft(), checkDraft(draft()), null)).toBeNull();
    const faulty = draft({ seed: "x" });
    expect(commandLine(faulty, checkDraft(faulty), "a.yml")).toBeNull();
  });

  test("is quoted so that a shell takes each word as it is", () => {
    expect(shellWord("plain-1.yml")).toBe("plain-1.yml");
    expect(shellWord("it's $HOME; rm")).toBe(`'it'\\''s $HOME; rm'`);
    expect(shellWord("")).toBe("''");
  });
});
