// When a file's times are enough to know that it holds what a run was of, and when its content has to be looked at.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { loadFile } from "../benchmarks/load.ts";
import { contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { newRunId } from "../core/ids.ts";
import { effectiveLimits } from "../core/limits.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { openChangedLook } from "./changed-since.ts";
import { queuedDefaults } from "./start-options.ts";
import { keepSubject } from "./start-run.ts";

let folder: string;
let file: string;
let ledger: Ledger;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "changed-since-"));
  file = join(folder, "hello.yml");
  ledger = await openLedger({ url: join(folder, "ledger.sqlite"), mustExist: false });
});
afterEach(async () => {
  await ledger[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

function write(word: string): void {
  const truth = `ground_truth: {answer_assertions: [{type: Equals, value: ${word}}]}`;
  writeFileSync(file, `id: hello\ndescription: Says something.\nprompt: Say ${word}.\n${truth}\n`);
}

/** A run of what the file holds, queued by somebody. */
async function runOfFile(of: { actor: string; id?: string; againOf?: string; imported?: boolean }): Promise<Run> {
  const [benchmark] = loadFile({ file: "hello.yml", path: file });
  if (benchmark === undefined) throw new Error("the file holds a benchmark");
  const { id, ...kept } = await keepSubject(ledger, { content: contentOfBenchmark(benchmark) });
  const { againOf = null, imported = false } = of;
  const data = {
    ...queuedDefaults(),
    ...{ kind: "benchmark" as const, agent: null, name: null, seed: 0, labels: {}, minScore: null, againOf, imported },
    limits: effectiveLimits("benchmark", {}),
    retryPolicy: { retries: 0, backoffMs: 1_000, origins: [] },
    subject: { ...kept, id: of.id ?? id },
  };
  return (await ledger.execute(newRunId(), { type: "queue", data, claim: null }, of.actor)).run;
}

/** What is said of a run that was queued when the file had been as it is for an hour. */
function said(run: Run): Promise<boolean | null> {
  const later = new Date(Date.now() + 3_600_000).toISOString();
  return openChangedLook(ledger, { cwd: folder })({ ...run, queuedAt: later });
}

test("a run of what an earlier one was of, of what a server had read, or from elsewhere, may be older than its time", async () => {
  write("hi");
  const runs = await Promise.all([
    runOfFile({ actor: "cli", againOf: newRunId() }),
    runOfFile({ actor: "api" }),
    runOfFile({ actor: "cli", imported: true }),
  ]);
  write("hello");
  expect(await Promise.all(runs.map(said))).toEqual([true, true, true]);
});

test("a file of the same name that holds another benchmark says nothing of the run", async () => {
  write("hi");
  expect(await said(await runOfFile({ actor: "cli" }))).toBe(false);
  expect(await said(await runOfFile({ actor: "cli", id: "other" }))).toBe(null);
});
