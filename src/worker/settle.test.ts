import { spawn } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir, uptime } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newRunId } from "../core/ids.ts";
import { queued } from "../core/run-under-test.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { holdFileLock } from "../protocol/file-lock.ts";
import { encodeRecord, finishType, journalStart } from "../protocol/journal.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { createLogCopy } from "./copy-logs.ts";
import { processRef, readPlace } from "./process-facts.ts";
import { settle } from "./settle.ts";
import { Voucher } from "./vouch.ts";

const claim = { worker: "gone", place: { bootId: "another", pidns: "p" }, claimId: "c" };
const started = { pid: 1, startTicks: 1, containment: null, build: "source", spare: false, versions: {} };
const at = "2026-11-22T10:00:00.000Z";

let project = "";
let home = "";
let ledger: Ledger;
beforeEach(async () => {
  // What is written of an ending for people lies beside the ledger's folder.
  project = mkdtempSync(join(tmpdir(), "runledger-settle-"));
  home = join(project, ".runledger");
  ledger = await openLedger({ url: home, mustExist: false });
});
afterEach(async () => {
  await ledger.close();
  rmSync(project, { recursive: true, force: true });
});

/** A run whose worker is gone, with what its runner wrote; its folder. */
async function left(
  records: [string, object][],
  files: Record<string, object> = {},
): Promise<{ runId: string; folder: string }> {
  const runId = newRunId();
  await ledger.execute(runId, { type: "queue", data: queued(), claim }, "test");
  const folder = attemptFolder({ home, runId, attempt: 1 });
  mkdirSync(folder, { recursive: true });
  let { crc } = journalStart;
  for (const [index, [type, data]] of records.entries()) {
    const record = encodeRecord({ n: index + 1, at, type, dataText: JSON.stringify(data), previousCrc: crc });
    crc = record.crc;
    appendFileSync(join(folder, attemptFiles.journal), record.line);
  }
  for (const [name, value] of Object.entries(files)) writeFileSync(join(folder, name), `${JSON.stringify(value)}\n`);
  return { runId, folder };
}

async function settled(runId: string) {
  expect((await settle(ledger)).concluded).toEqual([runId]);
  return ledger.getRun(runId);
}

describe("what a dead supervisor left", () => {
  it("is concluded by the limit for which it had stopped the runner", async () => {
    const control = { type: "limit", claimId: "c", at, limit: "wall_s", message: "it ran for 11 s", graceMs: 0 };
    const { runId } = await left([["attempt.started", started]], { [attemptFiles.control]: control });
    expect(await settled(runId)).toMatchObject({
      status: "timed_out",
      error: { code: "limit.wall_s", message: "it ran for 11 s" },
    });
  });

  it("is concluded by what the runner's own watchdog wrote before it ended the group", async () => {
    const orphan = { limit: "orphan_s", at, afterS: 601 };
    const { runId } = await left([["attempt.started", started]], { [attemptFiles.watchdog]: orphan });
    expect(await settled(runId)).toMatchObject({ status: "lost", error: { code: "limit.orphan_s" } });
    const wall = { limit: "wall_s", at, afterS: 606 };
    const second = await left([["attempt.started", started]], { [attemptFiles.watchdog]: wall });
    expect(await settled(second.runId)).toMatchObject({ status: "timed_out", error: { code: "limit.wall_s" } });
  });

  it("is concluded by a whole finish record, and says who was seen", async () => {
    const finish = { outcome: "completed", error: null, checkpoint: null, isByCancel: false };
    const facts = {
      pid: 2 ** 22,
      startTicks: 1,
      place: claim.place,
      build: "b",
      lock: join(home, "locks/none"),
      claimId: "c",
    };
    const { runId } = await left(
      [
        ["attempt.started", started],
        [finishType, finish],
      ],
      { [attemptFiles.runner]: facts },
    );
    expect(await settled(runId)).toMatchObject({ status: "completed", endedAt: at });
    const ended = (await ledger.readEvents(runId, 0, 100)).find((event) => event.type === "attempt.ended");
    expect(ended?.data).toMatchObject({ evidence: { note: expect.stringContaining("host restarted since") } });
  });

  it("is concluded also where the ledger was moved since: the runner's lock went along with it", async () => {
    const lock = join(tmpdir(), "runledger-was-moved", "locks", `runner-${newRunId()}`);
    const facts = { pid: 2 ** 22, startTicks: 1, place: claim.place, build: "b", lock, claimId: "c" };
    const { runId } = await left([["attempt.started", started]], { [attemptFiles.runner]: facts });
    const held = holdFileLock(join(home, "locks", basename(lock)));
    try {
      expect(await settle(ledger)).toMatchObject({ concluded: [], unsupervised: [runId], unsettled: [] });
    } finally {
      held.release();
    }
    writeFileSync(held.path, "");
    expect(await settled(runId)).toMatchObject({ status: "lost" });
    expect(existsSync(held.path)).toBe(false);
  });

  it("is left alone in a copy while its runner lives, though the copied lock is nobody's", async () => {
    const lock = join(tmpdir(), "runledger-was-copied", "locks", `runner-${newRunId()}`);
    const runner = spawn("sleep", ["300"], { detached: true, stdio: "ignore" });
    try {
      const facts = { ...processRef(runner.pid ?? 0), place: readPlace(), build: "b", lock, claimId: "c" };
      const { runId } = await left([["attempt.started", started]], { [attemptFiles.runner]: facts });
      expect(await settle(ledger)).toMatchObject({ concluded: [], unsupervised: [runId], unsettled: [] });
      expect(runner.exitCode ?? runner.signalCode).toBeNull();
    } finally {
      runner.kill("SIGKILL");
    }
  });

  it("is nobody's to conclude while another ledger lies where it was: it can be, once it is back", async () => {
    const { runId } = await left([["attempt.started", started]]);
    const moved = `${home}-moved`;
    renameSync(home, moved);
    try {
      await expect(settle(ledger)).rejects.toMatchObject({ code: "ledger.moved" });
      await using _other = await openLedger({ url: home, mustExist: false });
      await expect(settle(ledger)).rejects.toMatchObject({ code: "ledger.moved" });
      expect(existsSync(join(home, "runs"))).toBe(false);
    } finally {
      rmSync(home, { recursive: true, force: true });
      renameSync(moved, home);
    }
    expect(await settled(runId)).toMatchObject({ status: "lost" });
  });

  it("is given back if no runner ever had it, once, by whoever comes first", async () => {
    const { runId, folder } = await left([]);
    rmSync(folder, { recursive: true });
    const both = await Promise.all([settle(ledger), settle(ledger)]);
    expect(both.flatMap(({ concluded }) => concluded)).toContain(runId);
    expect(await ledger.getRun(runId)).toMatchObject({ status: "queued", attempt: { outcome: "given_back" } });
  });

  it("with a finish record whose checkpoint is not there starts anew", async () => {
    const finish = { outcome: "orphaned", error: null, checkpoint: `sha256:${"0".repeat(64)}`, isByCancel: false };
    const { runId } = await left([
      ["attempt.started", started],
      [finishType, finish],
    ]);
    expect(await settled(runId)).toMatchObject({ status: "lost", checkpoint: null });
  });
});

describe("the log files of an attempt", () => {
  it("that cannot be read are a fault, and copying goes on when they can", async () => {
    const { runId, folder } = await left([]);
    const blocked = join(home, "blocked");
    writeFileSync(blocked, "a file where the folder should be");
    await expect(createLogCopy({ ledger, runId, attempt: 1, folder: blocked }).copy()).rejects.toMatchObject({
      code: "ENOTDIR",
    });
    writeFileSync(join(folder, attemptFiles.stdout), "hello");
    const copy = createLogCopy({ ledger, runId, attempt: 1, folder });
    await copy.copy();
    appendFileSync(join(folder, attemptFiles.stdout), " world");
    await copy.copy();
    const bytes = await ledger.readLog({ runId, attempt: 1, stream: "stdout", offset: 0, limit: 100 });
    expect(Buffer.from(bytes).toString()).toBe("hello world");
  });
});

describe("vouching", () => {
  it("is due at once, then not before its time, unless much was taken", async () => {
    const { folder } = await left([]);
    const path = join(folder, attemptFiles.supervised);
    const taken = () => (JSON.parse(readFileSync(path, "utf8")) as { takenBytes: number }).takenBytes;
    const voucher = new Voucher({ folder, claimId: "c", orphanS: null, lease: { vouchUptimeS: uptime } });
    voucher.vouch(1);
    voucher.vouch(2);
    expect(taken()).toBe(1);
    voucher.vouch(2 * 1024 * 1024);
    expect(taken()).toBe(2 * 1024 * 1024);
  });
});
