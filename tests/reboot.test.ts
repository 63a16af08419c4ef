// After a reboot nothing of an attempt lives, whatever its pids say: they are other processes' by now. A boot id that is
// not this one's stands for the reboot; a bystander has got the runner's and the program's pid.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Place, ProcessRef } from "../src/core/events.ts";
import { newClaimId } from "../src/core/ids.ts";
import type { RunStatus } from "../src/core/moves.ts";
import { attemptFiles } from "../src/protocol/attempt-files.ts";
import { tagVariable } from "../src/protocol/process.ts";
import type { ProgramFacts } from "../src/protocol/program-facts.ts";
import { finished, journalText, type Line, scored, started } from "../src/worker/attempt-folder.fixture.ts";
import { processRef, readPlace } from "../src/worker/process-facts.ts";
import { benchmark001, fixture, Scene } from "./scene.ts";

const tag = "0123456789abcdef0123456789abcdef";
const before: Place = { ...readPlace(), bootId: "00000000-0000-4000-8000-000000000000" };

type Left = { journal: Line[] | null; asked?: "pause" | "cancel"; status: RunStatus; error: string | null };

const cases: Record<string, Left> = {
  "had not begun": { journal: null, status: "queued", error: null },
  "was under way": { journal: [started], status: "lost", error: "runner.gone" },
  "had finished": { journal: [started, scored(1), finished()], status: "completed", error: null },
  "had failed": { journal: [started, finished({ outcome: "failed" })], status: "failed", error: "runner.crashed" },
  "was being cancelled": { journal: [started], asked: "cancel", status: "cancelled", error: null },
  "was being paused": { journal: [started], asked: "pause", status: "lost", error: "runner.gone" },
};

test("ls after a reboot says how each run stands, and touches no process that has got one of their pids", async () => {
  await using scene = new Scene();
  await using bystander = await startBystander(scene);
  const runIds = new Map<string, string>();
  for (const [name, left] of Object.entries(cases)) runIds.set(name, await leave(scene, left, before, bystander.ref));
  const { code, stdout } = await scene.cli("ls", "--json");
  expect(code).toBe(0);
  const { runs } = JSON.parse(stdout) as { runs: { id: string; status: string }[] };
  for (const [name, { status, error, journal }] of Object.entries(cases)) {
    const runId = runIds.get(name) ?? "";
    expect(runs.find(({ id }) => id === runId)?.status, name).toBe(status);
    expect((await scene.status(runId)).error?.code ?? null, name).toBe(error);
    const { evidence } = await scene.ending(runId);
    expect(evidence.note, name).toContain("host restarted since");
    expect(evidence, name).toMatchObject({
      ...{ seenBy: "conclusion", exit: null, killedFor: null, containment: { confirmed: true, leftAlive: [] } },
      ...(journal === null ? {} : { journal: { lines: journal.length, broken: null } }),
    });
  }
  expect(bystander.isAlive()).toBe(true);
  await scene.expectVerified();
});

test("the same files of this boot mean that process: it is ended with its attempt", async () => {
  await using scene = new Scene();
  await using bystander = await startBystander(scene);
  const wasRunning: Left = { journal: [started], status: "lost", error: "runner.gone" };
  const runId = await leave(scene, wasRunning, readPlace(), bystander.ref);
  await scene.cli("ls");
  expect(await scene.status(runId)).toMatchObject({ status: "lost" });
  const { evidence } = await scene.ending(runId);
  expect(evidence.note).toContain("boot id same");
  expect(bystander.isAlive()).toBe(false);
  await scene.expectVerified();
});

/** A process that has nothing to do with any run, although it carries the tag of a program. */
async function startBystander(scene: Scene) {
  const [node = "", ...args] = fixture("ignores-sigterm.mjs", scene.folder);
  const env = { ...process.env, [tagVariable]: tag };
  const child: ChildProcess = spawn(node, args, { env, stdio: ["ignore", "pipe", "ignore"], detached: true });
  const exited = once(child, "exit");
  await once(child.stdout as NonNullable<typeof child.stdout>, "data");
  const ref = processRef(child.pid ?? -1) as ProcessRef;
  return {
    ref,
    /** What the kernel says of it: a dead one is not there or waits to be collected. */
    isAlive: () => / [SRT] /.test(statOf(ref.pid)),
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function statOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 1, stat.lastIndexOf(")") + 4);
  } catch {
    return "";
  }
}

/** A run whose supervisor is gone, and the files of its attempt, which name these processes at this place. */
async function leave(scene: Scene, { journal, asked }: Left, place: Place, ref: ProcessRef): Promise<string> {
  const ledger = await scene.ledger();
  const runId = await scene.queue(benchmark001(), null);
  const claimId = newClaimId();
  await ledger.execute(runId, { type: "claim", worker: `worker-${claimId}`, place, claimId }, "test");
  if (asked === "pause") await ledger.execute(runId, { type: "pause" }, "test");
  if (asked === "cancel") await ledger.execute(runId, { type: "cancel", graceMs: 0 }, "test");
  const folder = scene.folderOf(runId);
  mkdirSync(folder, { recursive: true });
  const write = (name: string, value: object): void => writeFileSync(join(folder, name), JSON.stringify(value));
  const lock = join(scene.home, "locks", `runner-${runId}`);
  // A lock outlives its holder, and is free then.
  writeFileSync(lock, "");
  write(attemptFiles.runner, { ...ref, place, build: "source", lock, claimId });
  const of = { v: 1 as const, containment: "sweep" as const, why: null, tag, place, startedAt: "2026-11-22T10:00:00Z" };
  const program: ProgramFacts = { ...of, outer: ref, init: ref, namespace: null, entry: ref };
  write(attemptFiles.program, program);
  if (journal !== null) writeFileSync(join(folder, attemptFiles.journal), journalText(journal));
  return runId;
}
