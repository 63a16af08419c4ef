// A journal as a power cut leaves it, cut at every byte. Runner and supervisor are of an earlier boot; who settles has
// the file and nothing else.
import { existsSync, mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { newClaimId, newRunId } from "../../src/core/ids.ts";
import type { Run } from "../../src/core/run.ts";
import { createIntake } from "../../src/worker/ingest.ts";
import { benchmark001, program, Scene } from "../scene.ts";

/** Memory, where there is some to be had: thousands of runs are settled here, each durably. */
const parent = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();
const earlier = { bootId: "an earlier boot", pidns: "pid:[1]" };

/** Runs like this one, claimed in an earlier boot, with these journals. */
async function claimedBefore(scene: Scene, like: Run, journals: Buffer[]): Promise<string[]> {
  const ledger = await scene.ledger();
  const [queued] = await scene.events(like.id);
  const data = queued?.type === "run.queued" && !("isUnknown" in queued) ? queued.data : expect.fail("no run.queued");
  const claim = { worker: "worker-of-an-earlier-boot", place: earlier, claimId: newClaimId() };
  const runIds = journals.map(() => newRunId());
  for (let start = 0; start < runIds.length; start += 200) {
    const batch = runIds.slice(start, start + 200);
    const commands = batch.map((runId) => ({ runId, command: { type: "queue" as const, data, claim } }));
    await ledger.executeAll(commands, "test");
  }
  for (const [index, runId] of runIds.entries()) {
    const folder = scene.folderOf(runId);
    mkdirSync(folder, { recursive: true });
    const facts = { pid: 1, startTicks: 1, place: earlier, build: "source", lock: join(folder, "lock") };
    writeFileSync(join(folder, "runner.json"), JSON.stringify({ ...facts, claimId: claim.claimId }));
    writeFileSync(join(folder, "journal.jsonl"), journals[index] ?? "");
  }
  return runIds;
}

test("a journal cut at any byte gives the run that its whole lines tell of, and no other", async () => {
  await using scene = new Scene({ parent });
  const sound = await scene.run(program(["true"]), await scene.worker());
  const whole = readFileSync(join(scene.folderOf(sound.id), "journal.jsonl"));
  process.env.RUNLEDGER_SESSIONS_DIR = "none";
  const cuts = Array.from({ length: whole.length + 1 }, (_, bytes) => whole.subarray(0, bytes));
  const runIds = await claimedBefore(scene, sound, cuts);
  expect((await scene.settle()).concluded.length).toBe(runIds.length);
  const lines = whole.toString("latin1").split("\n").length - 1;
  for (const [bytes, runId] of runIds.entries()) {
    const kept = whole.subarray(0, bytes).toString("latin1").split("\n");
    const tornBytes = kept.at(-1)?.length ?? 0;
    const wholeLines = kept.length - 1;
    const { status } = await scene.status(runId);
    const expected = wholeLines === lines ? "completed" : wholeLines === 0 ? "queued" : "lost";
    expect({ bytes, status }).toEqual({ bytes, status: expected });
    const { journal } = (await scene.ending(runId)).evidence;
    expect({ bytes, journal }).toEqual({ bytes, journal: { lines: wholeLines, bytes, tornBytes, broken: null } });
  }
  await scene.expectVerified();
}, 60_000);

test("a journal that a power cut made shorter than the ledger is read again, noted, and no fault", async () => {
  await using scene = new Scene({ parent });
  const sound = await scene.run(benchmark001(), await scene.worker());
  const whole = readFileSync(join(scene.folderOf(sound.id), "journal.jsonl"));
  const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
  const [runId = "", changedId = ""] = await claimedBefore(
    scene,
    sound,
    [1, 2].map(() => whole.subarray(0, ends[8])),
  );
  const ledger = await scene.ledger();
  for (const id of [runId, changedId]) {
    const claimId = (await scene.status(id)).attempt?.claimId ?? "";
    const cursor = await ledger.journalCursor(id, 1);
    await createIntake({ ledger, runId: id, attempt: 1, claimId, folder: scene.folderOf(id), cursor }).pump();
    expect((await ledger.journalCursor(id, 1)).n).toBe(9);
  }
  truncateSync(join(scene.folderOf(runId), "journal.jsonl"), (ends[4] ?? 0) + 10);
  const other = Buffer.from(whole.subarray(0, ends[4]));
  other[20] = (other[20] ?? 0) ^ 1;
  writeFileSync(join(scene.folderOf(changedId), "journal.jsonl"), other);
  await scene.settle();
  expect(await scene.status(runId)).toMatchObject({ status: "lost" });
  expect((await scene.ending(runId)).evidence.journal).toMatchObject({ lines: 5, tornBytes: 10, broken: null });
  expect(await scene.status(changedId)).toMatchObject({ status: "failed", error: { code: "journal.corrupt" } });
  await scene.expectVerified();
});
