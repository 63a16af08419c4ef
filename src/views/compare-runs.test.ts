// Where two runs part, and that two that are alike are said to be the same.

import { describe, expect, test } from "vitest";
import type { RunBody } from "../protocol/http-resources.ts";
import type { StepBody } from "../protocol/http-view-routes.ts";
import { type ComparedRun, compareRuns } from "./compare-runs.ts";

type Call = {
  tool: string;
  args?: Record<string, unknown>;
  result?: unknown;
  error?: unknown;
  isOpen?: true;
  sends?: object;
};

const at = "2026-11-22T10:00:00.000Z";
const subject: RunBody["subject"] = { kind: "benchmark", id: "pay", digest: `sha256:${"0".repeat(64)}` };

/** A step of these calls, each answered unless it is open. */
function stepOf(calls: readonly Call[], name: string | null = null, number = 1): StepBody {
  const id = (index: number) => `call-${number}-${index}`;
  return {
    ...{ step: number, name, description: null, status: "completed", startedAt: at, endedAt: at },
    actions: calls.map(({ tool, args = {} }, index) => ({ callId: id(index), tool, args, at })),
    observations: calls.flatMap(({ tool, result = null, error, isOpen, sends }, index) => [
      ...(sends === undefined ? [] : [{ type: "transaction", at, ...sends }]),
      ...(isOpen ? [] : [{ type: "tool_result", callId: id(index), tool, ok: error === undefined, result, error }]),
    ]),
  };
}

function ran(
  steps: readonly StepBody[],
  of: Partial<ComparedRun["run"]> & Partial<Omit<ComparedRun, "run">> = {},
): ComparedRun {
  const { omitted = 0, answer = { how: "finished" }, ...run } = of;
  return {
    run: { id: "a", subject, agent: null, seed: 7, status: "completed", passed: true, score: 1, ...run },
    ...{ steps, omitted, answer },
  };
}

const pays = (lamports: number): Call => ({
  tool: "sol_transfer",
  args: { to: "RECIPIENT", lamports },
  result: { pending: 1 },
});
const submits: Call = { tool: "submit", result: { signature: "x" } };

describe("runs that are alike", () => {
  test("are the same, though their signatures are not", () => {
    const other = { ...submits, result: { signature: "y" } };
    const { isSame, sentence, rows } = compareRuns(ran([stepOf([pays(1), submits])]), ran([stepOf([pays(1), other])]));
    expect([isSame, rows.length]).toEqual([true, 2]);
    expect(sentence).toBe("The same: 2 calls each, with the same arguments and results.");
  });

  test("are the same under other seeds, where transactions tell the names of their addresses", () => {
    const sent = (address: string): Call[] => [
      { tool: "sol_transfer", args: { to: address } },
      { tool: "submit", sends: { status: "success", error: null, balances: [{ name: "RECIPIENT", address }] } },
    ];
    const { isSame, notes } = compareRuns(ran([stepOf(sent("7Ut"))]), ran([stepOf(sent("9Xy"))], { seed: 8 }));
    expect(isSame).toBe(true);
    expect(notes).toEqual(["Their seeds differ (A 7, B 8); addresses and draws come from the seed."]);
  });

  test("are the same so far while one is at work", () => {
    const { sentence } = compareRuns(
      ran([stepOf([pays(1)])]),
      ran([stepOf([pays(1)])], { status: "running", answer: null }),
    );
    expect(sentence).toBe("The same so far: 1 call each, with the same arguments and results; B is running.");
  });

  test("that called nothing are said to have called nothing", () => {
    expect(compareRuns(ran([]), ran([])).sentence).toBe("The same: neither called a tool.");
  });
});

describe("runs that part", () => {
  test("part where the same call had another argument, which is told", () => {
    const comparison = compareRuns(
      ran([stepOf([{ tool: "balance" }, pays(100_000_000), submits])]),
      ran([stepOf([{ tool: "balance" }, pays(10_000_000), submits])], { passed: false, score: 0.5 }),
    );
    expect(comparison.sentence).toBe(
      "Same until call 2: A called sol_transfer with lamports 100000000, B with lamports 10000000.",
    );
    expect(comparison.scores).toBe("A passed with score 1.000000; B is below with score 0.500000");
    expect(comparison.rows.map(({ difference }) => difference)).toEqual(["none", "arguments", "none"]);
    expect(comparison.firstDifference).toBe(1);
  });

  test("of a flow part at a step by its name", () => {
    const flow = (lamports: number) => [stepOf([{ tool: "open" }], "prepare"), stepOf([pays(lamports)], "pay", 2)];
    expect(compareRuns(ran(flow(2)), ran(flow(3))).sentence).toBe(
      "Same until step pay: A called sol_transfer with lamports 2, B with lamports 3.",
    );
  });

  test("part where one made a call more, and what follows stands side by side again", () => {
    const { rows, sentence } = compareRuns(
      ran([stepOf([{ tool: "balance" }, pays(1), submits])]),
      ran([stepOf([pays(1), submits])]),
    );
    expect(rows.map(({ difference }) => difference)).toEqual(["only-a", "none", "none"]);
    expect(sentence).toBe("They part at the first call: A called balance, B did not.");
  });

  test("that are not over have not called yet, which is another thing than that they did not", () => {
    const { sentence } = compareRuns(
      ran([stepOf([pays(1), submits])]),
      ran([stepOf([pays(1)])], { status: "running" }),
    );
    expect(sentence).toBe("Same until call 2: A called submit, B has not done so yet.");
  });

  test("part where the same call came to another end", () => {
    const failed = { ...submits, error: { code: "tool.failed", message: "InsufficientFunds" } };
    const { sentence } = compareRuns(ran([stepOf([pays(1), submits])]), ran([stepOf([pays(1), failed])]));
    expect(sentence).toBe("Same until call 2: submit succeeded for A and failed (InsufficientFunds) for B.");
  });

  test("part where a transaction failed for one", () => {
    const sends = (status: string, error: string | null): Call => ({ tool: "submit", sends: { status, error } });
    const { sentence } = compareRuns(
      ran([stepOf([sends("success", null)])]),
      ran([stepOf([sends("failure", "AccountNotFound")])]),
    );
    expect(sentence).toBe(
      "They part at the first call: submit succeeded for A and sent a transaction that failed (AccountNotFound) for B.",
    );
  });

  test("part in their last words, if in nothing before", () => {
    const { sentence, firstDifference } = compareRuns(
      ran([stepOf([{ tool: "balance" }])], { answer: { how: "answered", text: "Paris" } }),
      ran([stepOf([{ tool: "balance" }])], { answer: { how: "declined", text: "no idea" } }),
    );
    expect(sentence).toBe("The same 1 call, then: A answered “Paris”, B declined “no idea”.");
    expect(firstDifference).toBeNull();
  });

  test("part in how they ended", () => {
    const { sentence, scores } = compareRuns(
      ran([]),
      ran([], { status: "lost", passed: null, score: null, answer: null }),
    );
    expect(sentence).toBe("Neither called a tool: A completed, B was lost.");
    expect(scores).toBe("A passed with score 1.000000; B was lost, without a score");
  });

  test("show of two long values the place where they differ", () => {
    const long = (end: string): Call => ({ tool: "write_file", args: { content: `${"x".repeat(200)}${end}` } });
    const { sentence } = compareRuns(ran([stepOf([long("one")])]), ran([stepOf([long("two")])]));
    expect(sentence).toContain("with content …xxxxxxxxxxone, B with content …xxxxxxxxxxtwo");
  });
});

test("what a reader must know first is noted: another content, another subject, calls left out", () => {
  const changed = { ...subject, digest: `sha256:${"1".repeat(64)}` };
  expect(compareRuns(ran([]), ran([], { subject: changed })).notes).toEqual([
    "pay was changed between them: its content is not the same.",
  ]);
  const other = { ...subject, id: "swap" };
  expect(compareRuns(ran([], { omitted: 3 }), ran([], { subject: other })).notes).toEqual([
    "They are of different subjects: A of pay, B of swap.",
    "Of A 3 records were too many to be compared.",
  ]);
});

test("two runs of 3,000 calls each that share nothing are compared within seconds", { timeout: 30_000 }, () => {
  const many = (tool: string) => stepOf(Array.from({ length: 3_000 }, (_, index) => ({ tool, args: { index } })));
  expect(compareRuns(ran([many("read")]), ran([many("write")])).rows).toHaveLength(6_000);
});
