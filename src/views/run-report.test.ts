import { expect, test } from "vitest";
import { computeFields } from "../core/computed.ts";
import { displayWidth } from "./columns.ts";
import {
  type MadeStream,
  madeClaim,
  madeStart,
  makeGoodRun,
  makeStream,
  queuedBenchmark,
  queuedProgram,
  timesOfAttempts,
} from "./made-events.ts";
import { resultHeader, resultRow, runReport } from "./run-report.ts";
import { foldStory } from "./run-story.ts";
import { plainTones } from "./tone.ts";

function reportOf(made: MadeStream, sessionPath: string | null = null): string {
  const story = foldStory(made.events);
  if (story === null) throw new Error("no story");
  const computed = computeFields(story.run, {
    isWorkerAlive: true,
    isRunnerAlive: true,
    nowMs: Date.parse(story.run.lastEventAt),
  });
  return plainTones(runReport(story, { computed, style: "utc", width: 80, sessionPath }).join("\n"));
}

test("the report of a good run holds verdict, score parts, transaction, session and the way back", () => {
  const id = "01a201c5-bf07-7467-aa3d-b1f17d20ee53";
  expect(
    reportOf(makeGoodRun(), `logs/sessions/session_${id}.json`),
  ).toBe(`completed · passed · score 1.000000 (needs 1)                 0.120 s, 1 attempt

  Score, profile outcome
    1/1   RECIPIENT_WALLET_PUBKEY holds 100000000 lamports           before 0, after 100000000
    held  nothing else is spent: USER_WALLET_PUBKEY spent 100005000  of at most 100500000   (invariant)
    diagnosis: instructions matched 1.00 · reev-1 1.000000

  Transaction 1 of 1   64WJ4eHRcaWEVCyy…AnyHgkYY   Success   150 of 200000 CU   fee 5000
    System Program: transfer 100000000 lamports   USER_WALLET_PUBKEY (signer, writable) → RECIPIENT_WALLET_PUBKEY (writable)
    log  Program 11111111111111111111111111111111 invoke [1]
    log  Program 11111111111111111111111111111111 success

  session  logs/sessions/session_${id}.json
  again    npx runledger show 7d20ee53`);
});

test("the report of a good run fits a terminal of 124 columns", () => {
  const widths = reportOf(makeGoodRun()).split("\n").map(displayWidth);
  expect(Math.max(...widths)).toBeLessThanOrEqual(124);
});

test("the end of a program stands beside that of its runner, which is another", () => {
  const error = {
    code: "program.exited",
    origin: "agent" as const,
    message: "exited with code 3",
    exit: { code: 3, signal: null },
  };
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .conclude({ fact: "er", error }, { exit: { code: 0, signal: null } });
  expect(reportOf(made)).toContain("Seen     runner exited 0; program exited with code 3");
});

test("a run that was retried took as long as its attempts together, and says how many there were", () => {
  const made = makeStream(queuedProgram)
    .journal("attempt.started", madeStart)
    .conclude({ fact: "er", error: { code: "program.exited", origin: "agent", message: "exited with code 3" } });
  made
    .command({ type: "retry", claim: { ...madeClaim, claimId: "2b1c0d7e-0000-4000-8000-000000000002" } })
    .journal("attempt.started", madeStart)
    .journal("log.written", { level: "info", message: "works" })
    .conclude({ fact: "ok" });
  const [first = 0, second = 0] = timesOfAttempts(made.events);
  const took = first + second;
  expect(first).toBeGreaterThan(0);
  expect(second).toBeGreaterThan(first);
  const { endedAt, startedAt } = made.run;
  expect(Date.parse(endedAt ?? "") - Date.parse(startedAt ?? "")).toBeGreaterThan(took);
  expect(reportOf(made)).toContain(`${(took / 1000).toFixed(3)} s, 2 attempts`);
  expect(resultRow(made.run, null).split("\t").slice(7, 9)).toEqual(["2", String(took / 1000)]);
});

test("a run that was cancelled while it waited for one more try ended by the cancel, and tells what its last try met", () => {
  const retryPolicy = { retries: 2, backoffMs: 1000, origins: ["environment" as const] };
  const error = { code: "environment.failed", origin: "environment" as const, message: "the world broke" };
  const made = makeStream({ ...queuedProgram, retryPolicy })
    .journal("attempt.started", madeStart)
    .conclude({ fact: "er", error });
  expect(made.run.status).toBe("queued");
  made.command({ type: "cancel", graceMs: 5000 });
  expect(reportOf(made)).toMatch(
    /\n {2}Why {6}cancelled; asked by \S+\n {11}the last attempt: the world broke {3}\(environment.failed, origin environment\)\n/,
  );
});

test("a killed runner's report says why, what was seen, what it was doing and what to do next", () => {
  const made = makeStream(queuedBenchmark)
    .journal("attempt.started", {
      pid: 48213,
      startTicks: 7,
      containment: "cgroup",
      build: "source",
      spare: true,
      versions: {},
    })
    .journal("step.started", { step: "pay" })
    .journal("tool.called", { callId: "call-1", tool: "spl_transfer", args: {} })
    .conclude(
      {
        fact: "exit",
        error: { code: "runner.killed", origin: "runner", message: "runner killed by SIGKILL, not by runledger" },
      },
      {
        exit: { code: null, signal: "SIGKILL" },
        containment: { kind: "cgroup", confirmed: true, looks: 2, leftAlive: [] },
        memory: { peakMib: 214, limitMib: 1024, oomKills: 0 },
        lastStderr: "step 2: paying 15 USDC\n",
        journal: { lines: 3, bytes: 700, tornBytes: 12, broken: null },
      },
    );
  expect(reportOf(made)).toContain(`
  Why      runner killed by SIGKILL, not by runledger   (runner.killed, origin runner)
  Seen     runner killed by signal SIGKILL · containment cgroup · nothing left alive (2 looks)
           memory: peak 214 of 1024 MiB, kernel OOM kills 0 → not out of memory
  Doing    step pay since 2026-11-22T10:00:00.130Z · tool spl_transfer called 2026-11-22T10:00:00.140Z, no answer
  Said     last stderr (1 of 1 kept lines):
             step 2: paying 15 USDC
  Journal  3 lines, whole; torn tail 12 bytes

  Next     npx runledger retry 7d20ee53        npx runledger logs 7d20ee53        npx runledger why 7d20ee53`);
});

test("an end that nobody saw is told as such, with what was looked at", () => {
  const note = "pid 48990 no longer runs (its lock is free) · supervisor's lock free · boot id same";
  const made = makeStream(queuedBenchmark)
    .journal("attempt.started", {
      pid: 48990,
      startTicks: 7,
      containment: "sweep",
      build: "source",
      spare: true,
      versions: {},
    })
    .conclude(
      { fact: "gone", error: { code: "runner.gone", origin: "runner", message: "nobody saw how it ended" } },
      { note, seenBy: "conclusion" },
    );
  expect(reportOf(made)).toContain(`Seen     nobody saw the end\n           ${note}`);
  expect(reportOf(made).startsWith("lost · no score")).toBe(true);
});

test("a transaction gate that is not met is shown as the reason of a zero", () => {
  const scoring = {
    profile: "outcome",
    parts: [],
    gate: { type: "transaction_status", expected: "Success", actual: "None", held: false },
  };
  const made = makeStream(queuedBenchmark)
    .journal("attempt.started", madeStart)
    .journal("score.recorded", { score: 0, passed: false, minScore: 1, scoring })
    .conclude({ fact: "ok" });
  expect(reportOf(made)).toContain("0  transaction_status  needs Success, was None");
  expect(reportOf(made).startsWith("completed · below · score 0.000000 (needs 1)")).toBe(true);
});

test("the row for a pipe has a field for each word of its header", () => {
  const row = resultRow(makeGoodRun().run, "s.json");
  expect(row.split("\t")).toHaveLength(resultHeader.split("\t").length);
  expect(row).toBe(
    "01a201c5-bf07-7467-aa3d-b1f17d20ee53\tcompleted\ttrue\t1\t1\t001-sol-transfer\tdeterministic\t1\t0.12\ts.json",
  );
});

test("the report of a run that was retried shows the transactions of the last try only", () => {
  const made = makeGoodRun();
  const story = foldStory(made.events);
  expect(story?.transactionCount).toBe(1);
  const again = makeStream(queuedBenchmark).conclude({
    fact: "exit",
    error: { code: "runner.exited", origin: "runner", message: "x" },
  });
  expect(foldStory(again.events)?.transactionCount).toBe(0);
});
