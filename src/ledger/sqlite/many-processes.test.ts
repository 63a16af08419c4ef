// Several processes on one ledger: real ones, some of which are stopped or killed where it hurts most.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newRunId } from "../../core/ids.ts";
import { findings, queue } from "../contract/samples.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";

type Program = {
  child: ChildProcessByStdio<Writable, Readable, null>;
  lines: string[];
  /** Resolves when this line, or one line more, has come. */
  said(line: string): Promise<void>;
};

let folder: string;
let ledger: Ledger;
let programs: Program[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-many-"));
  ledger = await openLedger({ url: folder, mustExist: false });
  programs = [];
});

afterEach(async () => {
  for (const { child } of programs) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }
  await ledger.close();
  rmSync(folder, { recursive: true });
});

describe("processes that share a ledger", () => {
  it("eight that append at once all get through, without an error and without a long wait", {
    timeout: 120_000,
  }, async () => {
    const slowestMs: number[] = [];
    // Other work on the machine may keep a process from running; a wait that the ledger makes is there in every round.
    while (slowestMs.length < 3 && !slowestMs.some((ms) => ms <= 250)) slowestMs.push(await eightAtOnce());
    expect(Math.min(...slowestMs), `slowest of each round: ${slowestMs.join(", ")} ms`).toBeLessThanOrEqual(250);
    expect(await findings(ledger)).toEqual([]);
  });

  /** Eight processes append forty events each; the longest wait for a commit, in milliseconds. */
  async function eightAtOnce(): Promise<number> {
    const runs = Array.from({ length: 8 }, () => newRunId());
    const appending = runs.map((runId) => startProgram("appends-events.ts", folder, "40", runId));
    await Promise.all(appending.map((program) => program.said("ready")));
    for (const { child } of appending) child.stdin.write("go\n");
    for (const { child } of appending) if (child.exitCode === null) await once(child, "exit");
    expect(appending.map(({ child }) => child.exitCode)).toEqual(Array(8).fill(0));
    const reports = appending.map(
      ({ lines }) => JSON.parse(lines.at(-1) ?? "{}") as { slowestMs: number; notices: string[] },
    );
    expect(reports.flatMap((report) => report.notices)).toEqual([]);
    for (const runId of runs) expect((await ledger.getRun(runId))?.seq).toBe(41);
    return Math.max(...reports.map((report) => report.slowestMs));
  }

  it("one that is stopped inside its transaction is killed after five seconds, this is said, and reads go on meanwhile", async () => {
    const before = await queue(ledger);
    const holder = startProgram("stops-in-transaction.ts", join(folder, "ledger.sqlite"));
    await holder.said("held");
    const exit = once(holder.child, "exit");
    const startMs = performance.now();
    const writing = queue(ledger);
    // Reading needs no lock and goes on meanwhile.
    expect((await ledger.listRuns({}, {})).runs.map((run) => run.id)).toEqual([before]);
    expect(performance.now() - startMs).toBeLessThan(4_000);
    const runId = await writing;
    expect(performance.now() - startMs).toBeGreaterThan(4_000);
    expect(await exit).toEqual([null, "SIGKILL"]);
    expect(ledger.notices).toHaveLength(1);
    expect(ledger.notices[0]).toMatch(
      new RegExp(`^process ${holder.child.pid} .* was stopped while it held the ledger's write lock`),
    );
    expect([(await ledger.getRun(before))?.status, (await ledger.getRun(runId))?.status]).toEqual(["queued", "queued"]);
    expect(await findings(ledger)).toEqual([]);
  });

  it("what one that was killed with -9 had been answered is all there, and the ledger is whole", async () => {
    for (let round = 0; round < 6; round += 1) {
      const runId = newRunId();
      const program = startProgram("appends-events.ts", folder, "0", runId);
      await program.said("ready");
      program.child.stdin.write("go\n");
      const exit = once(program.child, "exit");
      await program.said(String(2 + Math.ceil(Math.random() * 60)));
      program.child.kill("SIGKILL");
      await exit;
      const answered = Math.max(1, ...program.lines.map(Number).filter(Number.isInteger));
      const seq = (await ledger.getRun(runId))?.seq ?? 0;
      expect(seq).toBeGreaterThanOrEqual(answered);
      expect(seq).toBeLessThanOrEqual(answered + 1);
    }
    expect(await findings(ledger)).toEqual([]);
  });

  it("one that never closes its ledger ends all the same, and leaves nothing undone", async () => {
    const runId = newRunId();
    const program = startProgram("leaves-ledger-open.ts", folder, runId);
    expect(await once(program.child, "exit")).toEqual([0, null]);
    expect((await ledger.getRun(runId))?.status).toBe("queued");
    expect(await findings(ledger)).toEqual([]);
  });

  it("every one of 200 lone commits is heard of by another process", async () => {
    const runId = newRunId();
    const program = startProgram("appends-events.ts", folder, "200", runId);
    await program.said("ready");
    let seen = 1;
    let since = ledger.changeMark();
    program.child.stdin.write("go\n");
    while (seen < 201) {
      expect(await ledger.waitForChange({ since, timeoutMs: 10_000 })).toBe(true);
      since = ledger.changeMark();
      seen = (await ledger.getRun(runId))?.seq ?? 0;
    }
  });
});

function startProgram(name: string, ...args: string[]): Program {
  const path = fileURLToPath(new URL(`../../../tests/programs/${name}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.on("error", () => {});
  const lines: string[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    waiting.get(line)?.();
  });
  const said = async (line: string) => {
    if (!lines.includes(line)) await new Promise<void>((resolve) => waiting.set(line, resolve));
  };
  const program = { child, lines, said };
  programs.push(program);
  return program;
}
