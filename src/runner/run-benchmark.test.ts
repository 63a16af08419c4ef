import { expect, test } from "vitest";
import { dataFault, isJournalType } from "../core/events.ts";
import { type PlannedCall, toolFailed } from "../core/tool.ts";
import type { Emit } from "./attempt-ports.ts";
import { acting, pay, planned, play, shippedFile, shippedText, submit } from "./play-benchmark.ts";

test("the file's own solution passes with the score 1", async () => {
  const { result, dataOf } = await play();
  expect(result).toMatchObject({
    outcome: "completed",
    endedBy: "agent",
    score: 1,
    passed: true,
    error: null,
    usage: { toolCalls: 2 },
  });
  expect(dataOf("transaction.executed")).toMatchObject([
    {
      computeUnits: 150,
      feeLamports: "5000",
      balances: [
        { name: "USER_WALLET_PUBKEY", before: "1000000000", after: "899995000" },
        { name: "RECIPIENT_WALLET_PUBKEY", before: "0", after: "100000000" },
      ],
    },
  ]);
  expect(dataOf("score.recorded")[0]).toMatchObject({
    scoring: {
      profile: "outcome",
      parts: [
        {
          type: "SolBalance",
          name: null,
          weight: 1,
          heldBefore: false,
          heldAfter: true,
          expected: "100000000",
          actual: "100000000",
        },
        {
          type: "SolSpent",
          name: "nothing else is spent",
          invariant: true,
          heldBefore: true,
          heldAfter: true,
          expected: "100500000",
          actual: "100005000",
        },
      ],
      "reev-1": { score: 1, instructions: 1, onchain: 1 },
      diagnosis: { instructionsMatched: 1 },
    },
  });
});

test("every event is one that a journal may hold, in the order in which things happen", async () => {
  const { events } = await play();
  for (const { type, data } of events) {
    expect(isJournalType(type), type).toBe(true);
    expect(dataFault(type as "log.written", data), type).toBeNull();
  }
  const shown = events.map(({ type, data }) => (type === "run.progressed" ? data.phase : type));
  expect(shown).toEqual(
    "preparing preparing acting tool.called tool.returned tool.called transaction.executed tool.returned agent.finished scoring score.recorded cleaning".split(
      " ",
    ),
  );
});

test("the same seed gives the same events to the byte, times aside", async () => {
  const record = async () => {
    const { events } = await play();
    return JSON.stringify(events, (key, value: unknown) => (key === "ms" ? 0 : value));
  };
  expect(await record()).toBe(await record());
});

test("wrong solutions do not pass", async () => {
  const wrong: Record<string, PlannedCall[]> = {
    "the wrong recipient": [pay(100_000_000, "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"), submit],
    "paying oneself": [pay(100_000_000, "USER_WALLET_PUBKEY"), submit],
    "a lamport too little": [pay(99_999_999), submit],
    "a lamport too much": [pay(100_000_001), submit],
    "nothing at all": [],
    "not submitting": [pay(100_000_000)],
    declining: [planned("decline", { reason: "I would rather not." })],
    "only saying so": [planned("answer", { text: "Done: 100000000 lamports sent." })],
    "spending more than the task": [
      pay(100_000_000),
      pay(1_000_000, "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA"),
      submit,
    ],
    "a failing last transaction": [pay(100_000_000), submit, pay("2000000000"), submit],
  };
  for (const [name, solution] of Object.entries(wrong)) {
    const { result } = await play({ solution });
    expect(result, name).toMatchObject({ outcome: "completed", score: 0, passed: false, error: null });
  }
});

test("an honest priority fee does not cost the score", async () => {
  const budget = planned("set_compute_budget", { unit_limit: 10_000, unit_price_micro_lamports: "2000000" });
  const { result, dataOf } = await play({ solution: [budget, pay(100_000_000), submit] });
  expect(dataOf("transaction.executed")[0]).toMatchObject({ feeLamports: "25000" });
  expect(result).toMatchObject({ score: 1, passed: true });
});

test("a solution that meets an error it did not plan gives up and says where", async () => {
  const { dataOf } = await play({ solution: [pay("2000000000"), submit] });
  expect(dataOf("agent.finished")[0]).toMatchObject({
    how: "gave_up",
    text: expect.stringContaining("call 2 of 2, submit: the simulation failed"),
  });
  const meant = await play({
    solution: [{ ...planned("sol_tranfser"), expect_error: true }, pay(100_000_000), submit],
  });
  expect(meant.result.score).toBe(1);
  const unmet = await play({ solution: [{ ...pay(1), expect_error: true }] });
  expect(unmet.dataOf("agent.finished")[0]).toMatchObject({ how: "gave_up" });
});

test("the agent sees addresses and tools, and nothing of the ground truth", async () => {
  let seen = "";
  await play({
    agent: acting(async (task) => {
      seen = JSON.stringify(task);
      return { how: "finished", text: null };
    }),
  });
  expect(seen).toMatch(/Send 0\.1 SOL to [1-9A-HJ-NP-Za-km-z]{32,44}\./);
  for (const tool of ["sol_transfer", "submit", "decline", "answer"]) expect(seen).toContain(`"${tool}"`);
  expect(seen).not.toMatch(/SolBalance|100500000|min_score/);
});

test("only the tools that the file lists are offered, and decline and answer always are", async () => {
  const text = shippedText.replace("limits:", "tools: [sol_transfer, submit]\nlimits:");
  let names: string[] = [];
  await play({
    text,
    agent: acting(async (task, hands) => {
      names = task.tools.map(({ name }) => name);
      expect(await hands.call(planned("get_balance", { pubkey: "USER_WALLET_PUBKEY" }))).toMatchObject({ ok: false });
      return { how: "finished", text: null };
    }),
  });
  expect(names).toEqual(["sol_transfer", "submit", "decline", "answer"]);
});

test("an assertion that is true from the start fails the run with the file's line, before the agent acts", async () => {
  const text = shippedText.replace("expected: 100000000}", "expected: 0}");
  const { result, dataOf } = await play({ text });
  expect(result).toMatchObject({
    outcome: "failed",
    score: null,
    error: { origin: "benchmark", code: "benchmark.vacuous-assertion", line: 13 },
  });
  expect(result.error?.message).toContain(`${shippedFile}:13: SolBalance`);
  expect(dataOf("tool.called")).toEqual([]);
});

test("whoever breaks is named as the origin", async () => {
  const broken = acting(async () => {
    throw new TypeError("the agent fell over");
  });
  expect((await play({ agent: broken })).result).toMatchObject({
    outcome: "failed",
    error: { origin: "agent", code: "agent.failed", message: "TypeError: the agent fell over" },
  });
  const full = async () => {
    throw toolFailed("the disk is full");
  };
  expect((await play({ emit: full })).result).toMatchObject({ outcome: "failed", error: { origin: "runner" } });
});

test("an environment that breaks ends the run, even if the agent shrugs it off", async () => {
  const shrugs = acting(async (_task, hands) => {
    await hands.call(pay(100_000_000)).catch(() => {});
    await hands.call(submit).catch(() => {});
    return { how: "finished", text: null };
  });
  // What the record does not take, the world cannot go on from: the tool breaks on it.
  const emit: Emit = async (type) => {
    if (type === "transaction.executed") throw new Error("no space left");
  };
  expect((await play({ agent: shrugs, emit })).result).toMatchObject({
    outcome: "failed",
    score: null,
    error: { origin: "runner" },
  });
});
