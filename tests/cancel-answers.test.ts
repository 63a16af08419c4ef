// What `cancel` answers for a run in each status: exit code, code of the refusal, words, and what became of the run.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newClaimId } from "../src/core/ids.ts";
import { readPlace } from "../src/worker/process-facts.ts";
import { nothingSeen, type Seen, weighEvidence } from "../src/worker/weigh-evidence.ts";
import { startCommand } from "./command-in-scene.ts";
import { benchmark001, fixture, program, Scene, until } from "./scene.ts";

type Answer = { id: string; result: string; detail: string; problem: { code: string; detail: string } | null };

test("a run without a process is cancelled at once, one that ended otherwise is refused, and each is told on its own", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const queued = await scene.queue(benchmark001(), null);
  const held = await scene.queue(benchmark001(), null);
  await ledger.execute(held, { type: "pause" }, "test");
  const cancelled = await scene.queue(benchmark001(), null);
  await scene.cancel(cancelled, 0);
  const completed = await scene.run(program(["true"]), await scene.worker());
  const failed = await concludedAs(scene, { exit: { code: 3, signal: null } });
  const lost = await concludedAs(scene, {});
  const overdue = await scene.queue(program(["true"], { queue_s: 0 }), null);
  await ledger.execute(overdue, { type: "expire" }, "test");

  const ended = { completed: completed.id, failed, lost, timed_out: overdue };
  const before = await seqsOf(scene, Object.values(ended));
  const { code, runs } = await cancel(scene, queued, held, cancelled, ...Object.values(ended));
  expect(code).toBe(2);
  expect(runs.slice(0, 3)).toEqual([
    { id: queued, result: "cancelled", detail: "was queued; there was no process", problem: null },
    { id: held, result: "cancelled", detail: "was paused; there was no process", problem: null },
    { id: cancelled, result: "cancelled", detail: "it was cancelled before", problem: null },
  ]);
  for (const [index, [status, id]] of Object.entries(ended).entries()) {
    const detail = `the run has ended already: ${status}`;
    expect(runs[index + 3]).toMatchObject({ id, result: "refused", detail, problem: { code: "run.already-ended" } });
    expect(await scene.status(id)).toMatchObject({ status });
  }
  // What is refused has changed nothing, and the others were done all the same.
  expect(await seqsOf(scene, Object.values(ended))).toEqual(before);
  for (const id of [queued, held, cancelled]) expect(await scene.status(id)).toMatchObject({ status: "cancelled" });
  expect((await cancel(scene, queued, held)).code).toBe(0);
  await scene.expectVerified();
});

test("a run paused at a checkpoint is cancelled without a process, and cannot be resumed any more", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  const runId = await concludedAs(scene, { finish: { outcome: "paused" } }, "pause");
  expect(await scene.status(runId)).toMatchObject({ status: "paused" });
  const { code, runs } = await cancel(scene, runId);
  expect([code, runs[0]]).toMatchObject([0, { result: "cancelled", detail: "was paused; there was no process" }]);
  await expect(ledger.execute(runId, { type: "resume", claim: null }, "test")).rejects.toMatchObject({
    code: "run.illegal-move",
  });
  await scene.expectVerified();
});

test("a cancel of a run that is being cancelled waits for the same end, and a less patient one hurries it", async () => {
  await using scene = new Scene();
  const exec = startCommand(scene, ["exec", "--", ...fixture("ignores-sigterm.mjs", scene.folder)]);
  const ledger = await scene.ledger();
  const { id: runId } = await until("the program is ready", async () => {
    const { runs } = await ledger.listRuns({ statuses: ["running"] }, {});
    return runs.find(({ id }) => {
      const file = join(scene.folderOf(id), "stdout.log");
      return existsSync(file) && readFileSync(file, "utf8").includes("ready");
    });
  });
  const first = await cancel(scene, runId, "--grace", "60", "--no-wait");
  expect([first.code, first.runs[0]]).toMatchObject([0, { result: "cancelling", detail: "was running" }]);
  const patient = await cancel(scene, runId, "--grace", "90", "--no-wait");
  expect([patient.code, patient.runs[0]]).toMatchObject([
    0,
    { result: "cancelling", detail: "a cancel was under way" },
  ]);
  expect(await scene.status(runId)).toMatchObject({ status: "cancelling", cancel: { graceMs: 60_000 } });
  const [waits, hurries] = await Promise.all([cancel(scene, runId), cancel(scene, runId, "--grace", "0.2")]);
  for (const { code, runs } of [waits, hurries]) expect([code, runs[0]]).toMatchObject([0, { result: "cancelled" }]);
  expect(await scene.status(runId)).toMatchObject({ status: "cancelled", cancel: { graceMs: 200 } });
  // Somebody else has cancelled what it supervised.
  expect(await exec.ended).toMatchObject({ code: 1, signal: null });
  expect((await cancel(scene, runId)).runs[0]).toMatchObject({ detail: "it was cancelled before" });
  await scene.expectVerified();
});

async function cancel(scene: Scene, ...args: string[]): Promise<{ code: number | null; runs: Answer[] }> {
  const { code, stdout, stderr } = await startCommand(scene, ["cancel", ...args, "--json"]).ended;
  if (stdout === "") throw new Error(stderr);
  return { code, runs: (JSON.parse(stdout) as { runs: Answer[] }).runs };
}

async function seqsOf(scene: Scene, ids: string[]): Promise<number[]> {
  return Promise.all(ids.map(async (id) => (await scene.status(id)).seq));
}

/** A run whose one attempt ended with this to be seen of it; nothing ran. */
async function concludedAs(
  scene: Scene,
  { exit = null, finish }: Partial<Pick<Seen, "exit">> & { finish?: { outcome: "paused" } },
  asked: "pause" | null = null,
): Promise<string> {
  const ledger = await scene.ledger();
  const runId = await scene.queue(benchmark001(), null);
  const claimId = newClaimId();
  await ledger.execute(runId, { type: "claim", worker: "nobody", place: readPlace(), claimId }, "test");
  if (asked !== null) await ledger.execute(runId, { type: asked }, "test");
  const at = new Date().toISOString();
  const checkpoint = await ledger.putBlob(Buffer.from("a checkpoint"));
  const says = { ...finish, outcome: "paused" as const, error: null, checkpoint, isByCancel: false };
  const ending = weighEvidence({
    ...nothingSeen,
    status: asked === null ? "starting" : "pausing",
    by: "conclusion",
    hasJournal: true,
    finish: finish === undefined ? null : { says, at },
    exit,
  });
  await ledger.conclude({ runId, attempt: 1, claimId, actor: "worker", ending, finishCursor: null });
  return runId;
}
