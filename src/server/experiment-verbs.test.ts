// Verbs on all runs of an experiment: what each does to a run, and what is counted when another was faster.

import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { runStatuses } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { makeStream, queuedBenchmark } from "../views/made-events.ts";
import { commandFor, moveRuns, type RunMover, statusesFor } from "./experiment-verbs.ts";

const made = makeStream(queuedBenchmark).run;
const runOf = (status: Run["status"], of: Partial<Run> = {}): Run => ({ ...made, status, ...of });

/** Runs in pages of two, of which some refuse with this code. */
function mover(runs: readonly Run[], refusals: Record<string, string> = {}) {
  const done: string[] = [];
  const site: RunMover = {
    files: { forgetEnd: async (id) => void done.push(`forgot ${id}`) },
    ledger: {
      async listRuns(_filter, { pageToken = null } = {}) {
        const from = Number(pageToken ?? 0);
        return { runs: runs.slice(from, from + 2), nextToken: from + 2 < runs.length ? String(from + 2) : null };
      },
      async execute(id, { type }) {
        const code = refusals[id];
        if (code !== undefined) throw new RunledgerError(code as "run.deleted", "refused");
        done.push(`${type} ${id}`);
        return { run: made, events: [] };
      },
    },
  };
  return { site, done };
}

test("all pages are asked, and whom somebody else was faster with is counted as left", async () => {
  const runs = ["a", "b", "c", "d", "e"].map((id) => runOf("running", { id }));
  const { site, done } = mover(runs, { b: "run.illegal-move", d: "run.deleted", e: "run.already-ended" });
  expect(await moveRuns(site, "e1", { type: "cancel" })).toEqual({ changed: 2, left: 3 });
  expect(done).toEqual(["cancel a", "cancel c"]);
});

test("a ledger that is away is told, and not counted as a run that was left", async () => {
  const { site } = mover([runOf("running", { id: "a" })], { a: "ledger.busy" });
  await expect(moveRuns(site, "e1", { type: "pause" })).rejects.toMatchObject({ code: "ledger.busy" });
});

test("going on takes what was held and what was lost, and leaves every other ending as it is", () => {
  for (const status of statusesFor({ type: "resume" })) {
    const command = commandFor({ type: "resume" }, runOf(status));
    const wanted = status === "paused" ? "resume" : status === "lost" ? "retry" : undefined;
    expect(command?.type, status).toBe(wanted);
  }
  expect(statusesFor({ type: "resume" })).not.toContain("completed");
});

test("a retry forgets the files of the end before; of failed runs it takes all but the cancelled, of unscored ones those without a score", async () => {
  const runs = runStatuses.map((status) => runOf(status, { id: status }));
  const failed = mover(runs.filter(({ status }) => status === "failed" || status === "cancelled"));
  expect(await moveRuns(failed.site, "e1", { type: "retry", only: "failed" })).toEqual({ changed: 1, left: 0 });
  expect(failed.done).toEqual(["retry failed", "forgot failed"]);
  const agents = runOf("failed", { error: { origin: "agent" } as Run["error"] });
  const workers = runOf("failed", { error: { origin: "worker" } as Run["error"] });
  expect(commandFor({ type: "retry", only: "unscored" }, agents)).toBe(null);
  expect(commandFor({ type: "retry", only: "unscored" }, workers)).toMatchObject({ type: "retry" });
});
