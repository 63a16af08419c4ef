// What an agent did and said, to the last of very many: the list reads on as its end comes into sight. And how its rows
// come out of events.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { storyOf } from "../../dashboard/src/pages/run/transcript.ts";
import { ingest, start, startedRecord } from "../../src/ledger/contract/samples.contract.ts";
import type { EventBody } from "../../src/protocol/http-resources.ts";
import { openPages, type Pages, see, untilHolds } from "./open-pages.ts";

const patienceMs = 120_000;
const [messages, transactions] = [1_200, 450];
let pages: Pages;
let runId = "";

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  const ledger = await pages.scene.ledger();
  const run = await start(ledger, { limits: { events: 200_000 } });
  runId = run.runId;
  await ingest(ledger, run, startedRecord);
  for (let round = 0; round < 3; round += 1) {
    await ingest(ledger, run, ...numbered(messages / 3, round, said));
    await ingest(ledger, run, ...numbered(transactions / 3, round, sent));
  }
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

test.for([
  ["steps?show=messages", `message ${messages - 1}`, `${messages.toLocaleString("en")} messages`],
  ["transactions", `Transaction ${transactions}`, `${transactions} transactions`],
] as const)(
  "the end of %s is reached by scrolling, and only what is in sight is drawn",
  {
    timeout: patienceMs,
  },
  async ([tab, last, sum]) => {
    const page = await pages.open(`/runs/${runId}/${tab}`);
    await see(page.getByText("so far; more come as you scroll"));
    const list = "document.querySelector('.flowing-list')";
    const isThere = `[...${list}.querySelectorAll('li')].some((row) => row.textContent.includes(${JSON.stringify(last)}))`;
    await untilHolds(page, `(${list}.scrollTop = 1e9, ${isThere})`);
    await see(page.getByText(sum, { exact: true }));
    expect(await page.locator(".flowing-list li").count()).toBeLessThan(100);
  },
);

test("calls meet their answers, steps hold what happens in them, and an end leaves open what has none", () => {
  const rows = storyOf(
    [
      event(1, "attempt.claimed", { worker: "w", claimId: "c" }),
      event(2, "step.started", { step: "pay" }),
      event(3, "tool.called", { callId: "a", tool: "look", args: {} }),
      event(4, "tool.returned", { callId: "a", tool: "look", ok: true, result: 7, ms: 2 }),
      event(5, "tool.called", { callId: "b", tool: "send", args: {} }),
      event(6, "attempt.ended", { outcome: "lost" }),
      event(7, "attempt.claimed", { worker: "w", claimId: "d" }, 2),
      event(8, "log.written", { level: "info", message: "again" }, 2),
    ],
    { withAttempts: true },
  );
  expect(rows).toMatchObject([
    { kind: "attempt", attempt: 1, outcome: "lost" },
    { kind: "step", name: "pay", standing: "open", isOver: true },
    { kind: "call", tool: "look", isWithin: true, answer: { ok: true, result: 7 } },
    { kind: "call", tool: "send", answer: null, isOver: true },
    { kind: "attempt", attempt: 2, outcome: null },
    { kind: "message", isWithin: false, isOver: false, message: { text: "again" } },
  ]);
});

type Records = [string, object][];

function numbered(count: number, round: number, make: (number: number) => [string, object]): Records {
  return Array.from({ length: count }, (_, index) => make(round * count + index));
}

function said(number: number): [string, object] {
  return ["log.written", { level: "info", message: `message ${number}` }];
}

function sent(number: number): [string, object] {
  const cost = { computeUnits: 150, feeLamports: "5000", slot: number + 1 };
  const outcome = { status: "success", landed: true, error: null, logs: [] };
  const instructions = [{ program: "System Program", name: "transfer", accounts: [], args: {}, depth: 1 }];
  return ["transaction.executed", { number: number + 1, signature: `sig${number}`, ...cost, ...outcome, instructions }];
}

function event(seq: number, type: string, data: Record<string, unknown>, attempt = 1): EventBody {
  const at = new Date(seq).toISOString();
  return { position: seq, runId: "r", seq, attempt, v: 1, type, at, recordedAt: at, actor: "runner", data };
}
