// Conclusion of attempts from what is left of them: what their ending says, keeps and removes, and what it leaves alone.

import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProcessRef } from "../core/events.ts";
import { systemLimits } from "../core/system-limits.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { finished, type Line, started } from "./attempt-folder.fixture.ts";
import { concludeAttempt, intakeOf } from "./conclude.ts";
import { isAlive, processRef, readPlace } from "./process-facts.ts";
import { settle } from "./settle.ts";
import { programNamed, Worksite } from "./worksite.fixture.ts";
import { sessionFilePath } from "./write-session-file.ts";

const whole: Line[] = [started, finished()];

let site: Worksite;
let runner: ChildProcess | null = null;
beforeEach(async () => {
  site = await Worksite.open();
});
afterEach(async () => {
  runner?.kill("SIGKILL");
  runner = null;
  await site[Symbol.asyncDispose]();
});

/** The run, once whoever opens the ledger has concluded its attempt. */
async function concluded(runId: string) {
  expect(await settle(site.ledger)).toMatchObject({ concluded: [runId], unsettled: [] });
  return site.run(runId);
}

function facts(ref: ProcessRef, folder: string) {
  return { ...ref, place: readPlace(), build: "source", lock: join(folder, "no-lock"), claimId: "c" };
}

describe("the ending of an attempt", () => {
  it("notes bytes that follow the finish record, and the result stands", async () => {
    const { runId, folder } = await site.abandoned(whole);
    appendFileSync(join(folder, attemptFiles.journal), "more");
    expect(await concluded(runId)).toMatchObject({ status: "completed" });
    expect((await site.ending(runId)).evidence.journal).toMatchObject({
      lines: 2,
      broken: "4 bytes follow the finish record",
    });
    expect(await site.findings()).toEqual([]);
  });

  it("holds the end of what the program said last; without that, of what the runner said", async () => {
    const { runId, folder } = await site.abandoned([started]);
    writeFileSync(join(folder, attemptFiles.stderr), `${"x".repeat(systemLimits.stderrTailBytes)}last words`);
    writeFileSync(join(folder, attemptFiles.runnerOutput), "of the runner");
    await concluded(runId);
    const { lastStderr } = (await site.ending(runId)).evidence;
    expect(lastStderr).toMatch(/^x+last words$/);
    expect(lastStderr).toHaveLength(systemLimits.stderrTailBytes);
    const silent = await site.abandoned([started]);
    writeFileSync(join(silent.folder, attemptFiles.stderr), "");
    writeFileSync(join(silent.folder, attemptFiles.runnerOutput), "of the runner");
    await concluded(silent.runId);
    expect((await site.ending(silent.runId)).evidence.lastStderr).toBe("of the runner");
  });

  it("takes half a runner.json for none: nobody was ever handed the attempt", async () => {
    const { runId, folder } = await site.abandoned([started]);
    writeFileSync(join(folder, attemptFiles.runner), '{"pid": 12');
    expect(await concluded(runId)).toMatchObject({ status: "lost" });
    const { note, containment } = (await site.ending(runId)).evidence;
    expect({ note, containment }).toMatchObject({
      note: expect.stringContaining("no runner was ever handed"),
      containment: null,
    });
  });

  it("says that the host is the same since the runner was there, where it is", async () => {
    const { runId, folder } = await site.abandoned([started]);
    const gone = facts({ pid: 2 ** 22, startTicks: 1 }, folder);
    writeFileSync(join(folder, attemptFiles.runner), JSON.stringify(gone));
    await concluded(runId);
    const { note, containment } = (await site.ending(runId)).evidence;
    expect(note).toContain("boot id same");
    expect(containment).toMatchObject({ leftAlive: [], confirmed: true });
  });
});

describe("a checkpoint", () => {
  const text = "where it stopped";
  const digest = `sha256:${createHash("sha256").update(text).digest("hex")}`;
  const orphaned = finished({ outcome: "orphaned", checkpoint: digest });

  async function left(bytes: string) {
    const { runId, folder } = await site.abandoned([started, orphaned]);
    mkdirSync(dirname(join(folder, attemptFiles.checkpointLeft)), { recursive: true });
    writeFileSync(join(folder, attemptFiles.checkpointLeft), bytes);
    return concluded(runId);
  }

  it("is in the ledger before the ending names it, and the run goes on from it", async () => {
    expect(await left(text)).toMatchObject({ status: "queued", checkpoint: digest });
    expect(Buffer.from((await site.ledger.getBlob(digest)) ?? []).toString()).toBe(text);
  });

  it("whose bytes are others than the runner named is none: nobody can go on from it", async () => {
    expect(await left("something else")).toMatchObject({ status: "lost", checkpoint: null });
  });

  it("that is not there holds no run: one that paused with it does not begin anew as if it had done nothing", async () => {
    const { runId } = await site.abandoned([started, finished({ outcome: "paused", checkpoint: digest })]);
    await site.ledger.execute(runId, { type: "pause" }, "test");
    expect(await concluded(runId)).toMatchObject({ status: "lost", checkpoint: null, error: { code: "runner.gone" } });
  });
});

describe("what an ending leaves", () => {
  it("is nothing of a run that was to be deleted", async () => {
    const { runId, folder } = await site.abandoned(whole);
    await site.ledger.execute(runId, { type: "delete", isForced: true }, "test");
    expect((await site.run(runId)).status).toBe("cancelling");
    expect(await settle(site.ledger)).toMatchObject({ concluded: [runId], unsettled: [] });
    expect(await site.ledger.isDeleted(runId)).toBe(true);
    expect(existsSync(dirname(folder))).toBe(false);
    expect(existsSync(sessionFilePath(site.ledger, runId) ?? "")).toBe(false);
    expect(await site.findings()).toEqual([]);
  });

  it("is the ending itself, and a warning, where the files for people cannot be written", async () => {
    const { runId } = await site.abandoned(whole);
    const logs = join(site.folder, "logs");
    writeFileSync(logs, "a file where the folder should be");
    const warned = once(process, "warning") as Promise<[Error]>;
    expect(await concluded(runId)).toMatchObject({ status: "completed" });
    const [{ name, message }] = await warned;
    expect({ name, message }).toMatchObject({
      name: "RunledgerWarning",
      message: expect.stringContaining(`run ${runId}: its session or trace file was not written`),
    });
    rmSync(logs);
  });
});

it("who has lost the claim concludes nothing and signals nobody", async () => {
  const { runId, folder } = await site.abandoned([started]);
  const [command = "", ...args] = programNamed("never-exits.mjs", folder);
  runner = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  await once(runner.stdout as NonNullable<typeof runner.stdout>, "data");
  const ref = processRef(runner.pid ?? 0) as ProcessRef;
  writeFileSync(join(folder, attemptFiles.runner), JSON.stringify(facts(ref, folder)));
  const before = await site.run(runId);
  const attempt = before.attempt ?? expect.fail("it was claimed");
  const adoption = { type: "adopt", fromClaimId: attempt.claimId, evidence: "e", worker: "w" } as const;
  await site.ledger.execute(runId, { ...adoption, place: readPlace(), claimId: "newer" }, "test");
  const intake = await intakeOf({ ledger: site.ledger, runId, attempt: 1, claimId: attempt.claimId, folder });
  const nothing = { exit: null, killedFor: null, memory: null, note: null };
  const late = { ledger: site.ledger, run: before, attempt, folder, seenBy: "supervisor", intake, ...nothing } as const;
  await expect(concludeAttempt(late)).rejects.toMatchObject({ code: "run.claim-lost" });
  expect(isAlive(ref)).toBe(true);
  expect(await site.run(runId)).toMatchObject({ status: "starting", attempt: { outcome: null, claimId: "newer" } });
  expect(readFileSync(join(folder, attemptFiles.journal), "utf8").split("\n")).toHaveLength(2);
});
