import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newRunId } from "../core/ids.ts";
import { queued } from "../core/run-under-test.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { encodeRecord, finishType, journalStart } from "../protocol/journal.ts";
import { createIntake, type Intake } from "./ingest.ts";

const claim = { worker: "w", place: { bootId: "b", pidns: "p" }, claimId: "c" };
const started = { pid: 1, startTicks: 1, containment: null, build: "source", spare: false, versions: {} };

let home = "";
let folder = "";
let runId = "";
let ledger: Ledger;
let crc = journalStart.crc;
let n = 0;

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "runledger-ingest-"));
  folder = join(home, "attempt");
  mkdirSync(join(folder, attemptFiles.artifacts), { recursive: true });
  ledger = await openLedger({ url: home, mustExist: false });
  runId = newRunId();
  crc = journalStart.crc;
  n = 0;
  await ledger.execute(runId, { type: "queue", data: queued(), claim }, "test");
});
afterEach(async () => {
  await ledger.close();
  rmSync(home, { recursive: true, force: true });
});

function write(type: string, data: Record<string, unknown>): void {
  n += 1;
  const at = "2026-11-22T10:00:00.000Z";
  const record = encodeRecord({ n, at, type, dataText: JSON.stringify(data), previousCrc: crc });
  crc = record.crc;
  appendFileSync(join(folder, attemptFiles.journal), record.line);
}

function intake(claimId = claim.claimId): Intake {
  return createIntake({ ledger, runId, attempt: 1, claimId, folder, cursor: journalStart });
}

function digestOf(text: string): string {
  return `sha256:${createHash("sha256").update(text).digest("hex")}`;
}

describe("what a journal names", () => {
  it("is kept before the event that names it, and read only from a regular file of the artifacts folder", async () => {
    const artifact = join(folder, attemptFiles.artifacts);
    writeFileSync(join(artifact, "kept.json"), "kept");
    writeFileSync(join(home, "outside"), "outside");
    symlinkSync(join(home, "outside"), join(artifact, "link.json"));
    mkdirSync(join(artifact, "folder.json"));
    write("attempt.started", started);
    write("artifact.written", { name: "kept.json", bytes: 4, digest: digestOf("kept") });
    for (const name of ["link.json", "../../outside", "folder.json", "missing.json"]) {
      write("artifact.written", { name, bytes: 7, digest: digestOf("outside") });
    }
    const taking = intake();
    await taking.pump();
    expect(taking.state).toMatchObject({ fault: null, cursor: { n: 6 } });
    expect(Buffer.from((await ledger.getBlob(digestOf("kept"))) ?? []).toString()).toBe("kept");
    expect(await ledger.getBlob(digestOf("outside"))).toBeNull();
  });
});

describe("an intake", () => {
  it("keeps the finish record back and takes nothing after it", async () => {
    write("attempt.started", started);
    write(finishType, { outcome: "completed", error: null, checkpoint: null, isByCancel: false });
    write("x.after", {});
    const taking = intake();
    await taking.pump();
    await taking.pump();
    expect(taking.state).toMatchObject({ finish: { says: { outcome: "completed" } }, cursor: { n: 1 }, fault: null });
  });

  it("trusts no finish record in another form", async () => {
    write("attempt.started", started);
    write(finishType, { outcome: "splendid" });
    const taking = intake();
    await taking.pump();
    expect(taking.state).toMatchObject({ finish: null, fault: expect.stringContaining("finish record") });
  });

  it("takes lines longer than one reading, and more records than one group", async () => {
    write("attempt.started", started);
    write("x.long", { text: "x".repeat(200_000) });
    for (let index = 0; index < 1_200; index += 1) write("x.t", { index });
    const taking = intake();
    await taking.pump();
    expect(taking.state).toMatchObject({ fault: null, cursor: { n: 1_202 } });
    expect((await ledger.getRun(runId))?.seq).toBe(1_204);
  });

  it("stops at data that is not of its type", async () => {
    write("attempt.started", started);
    write("step.started", { step: 7 });
    const taking = intake();
    await taking.pump();
    expect(taking.state.fault).toContain("step");
  });

  it("reads a journal that has become shorter from its start, and finds what it took unchanged", async () => {
    write("attempt.started", started);
    write("x.t", { text: "some" });
    const taking = intake();
    await taking.pump();
    truncateSync(join(folder, attemptFiles.journal), 40);
    await taking.pump();
    await taking.pump();
    expect(taking.state).toMatchObject({ fault: null, shortLines: 0, cursor: { n: 2 } });
  });

  it("of another claim is refused", async () => {
    write("attempt.started", started);
    await expect(intake("another").pump()).rejects.toMatchObject({ code: "run.claim-lost" });
  });

  it("without a journal takes nothing", async () => {
    const taking = intake();
    await taking.pump();
    expect(taking.state.hasJournal).toBe(false);
  });
});
