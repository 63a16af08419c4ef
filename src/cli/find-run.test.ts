import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import type { ExperimentPlan } from "../core/plan-experiment.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { queuedBenchmark, queuedProgram } from "../views/made-events.ts";
import { findRun } from "./find-run.ts";

const ids = [
  "01a201c5-bf07-7467-aa3d-0000aaaa1111",
  "01a201c5-bf07-7467-aa3d-0000bbbb1111",
  "01a201c5-bf07-7467-aa3d-0000cccc2222",
] as const;
const deleted = "01a201c5-bf07-7467-aa3d-0000dddd3333";
const folder = mkdtempSync(join(tmpdir(), "runledger-find-"));
let ledger: Ledger;

beforeAll(async () => {
  ledger = await openLedger({ url: join(folder, ".runledger"), mustExist: false });
  for (const id of [...ids, deleted])
    await ledger.execute(id, { type: "queue", data: queuedProgram, claim: null }, "test");
  await ledger.execute(deleted, { type: "delete", isForced: true }, "test");
});

afterAll(async () => {
  await ledger.close();
  rmSync(folder, { recursive: true, force: true });
});

async function refusal(words: string): Promise<{ code: string; message: string; data: Record<string, unknown> }> {
  const error = await findRun(ledger, words).catch((thrown: unknown) => thrown);
  if (error instanceof RunledgerError) return { code: error.code, message: error.message, data: error.data };
  throw new Error(`${words} was found`);
}

test.each([
  { words: ids[0], id: ids[0] },
  { words: ids[0].toUpperCase(), id: ids[0] },
  { words: "2222", id: ids[2] },
  { words: "aaaa1111", id: ids[0] },
  { words: "last", id: ids[2] },
  { words: "last~2", id: ids[0] },
])("$words is run $id", async ({ words, id }) => {
  expect((await findRun(ledger, words)).id).toBe(id);
});

test("a tail of several runs is refused with all of them", async () => {
  const { code, data } = await refusal("1111");
  expect(code).toBe("run.ambiguous");
  expect([...(data.candidates as string[])].sort()).toEqual([ids[0], ids[1]]);
});

test("a tail of no run is refused with the ones that resemble it", async () => {
  expect(await refusal("2232")).toMatchObject({ code: "run.not-found", data: { nearest: ["2222"] } });
});

test("what names an experiment is said to, where a run is wanted", async () => {
  const id = "01a201c5-bf07-7467-aa3d-0000ffff5555";
  const { agent, labels, priority, retryPolicy, params, who } = queuedBenchmark;
  if (agent === null) throw new Error("no agent");
  const subject = { kind: "benchmark" as const, id: "one", digest: agent.digest };
  const plan: ExperimentPlan = {
    ...{ id, name: null, file: null, sources: [], trials: 1, seedBase: 7, jobs: 1, limits: {} },
    ...{ subjects: [{ subject, minScore: 1, limits: {} }], conditions: [{ name: null, set: {} }] },
    agents: [{ identity: agent, params: {} }],
    shared: { labels, priority, retryPolicy, params, who },
  };
  await ledger.planExperiment(plan, "test");
  for (const words of [id, "ffff5555"]) {
    const { code, message } = await refusal(words);
    expect([code, message]).toEqual([
      "run.not-found",
      expect.stringContaining("is the experiment ffff5555, and a run is"),
    ]);
  }
});

test("a deleted run is told from one that never was", async () => {
  expect((await refusal(deleted)).code).toBe("run.deleted");
  expect((await refusal("01a201c5-bf07-7467-aa3d-0000eeee4444")).code).toBe("run.not-found");
});

test.each(["zzzz", "222", "last~", "last~99"])("%s is refused", async (words) => {
  expect((await refusal(words)).code).toMatch(/^(usage\.bad-value|run\.not-found)$/);
});
