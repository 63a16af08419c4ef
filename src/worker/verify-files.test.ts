// Planted damage in the files beside a real ledger: each is named by run, position and kind, and nothing else is.

import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Claim } from "../core/decide.ts";
import { newRunId } from "../core/ids.ts";
import type { Finding, Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { encodeRecord, journalStart, readRecords } from "../protocol/journal.ts";
import { finished, journalText, makeAttempt, queuedData, scored, started } from "./attempt-folder.fixture.ts";
import { importAttempts } from "./import-attempts.ts";
import { verifyFiles } from "./verify-files.ts";
import { removeSessionFile, sessionFilePath } from "./write-session-file.ts";

let project: string;
let ledger: Ledger;
let runId: string;
let journal: string;
let session: string;

beforeEach(async () => {
  project = mkdtempSync(join(tmpdir(), "runledger-verify-"));
  ledger = await openLedger({ url: join(project, ".runledger"), mustExist: false });
  runId = newRunId();
  await takeRun(runId, [started, scored(1), finished()]);
  journal = join(ledger.home, "runs", runId, "1", "journal.jsonl");
  session = sessionFilePath(ledger, runId) ?? expect.fail("session files are off");
});
afterEach(async () => {
  await ledger.close();
  rmSync(project, { recursive: true, force: true });
});

async function takeRun(id: string, lines: Parameters<typeof journalText>[0]): Promise<void> {
  const folder = join(ledger.home, "runs", id);
  makeAttempt({ folder, runId: id, journal: lines });
  for await (const { result, why } of importAttempts(ledger, [folder])) expect(result, why).toBe("taken");
}

async function findings(runIds?: string[]): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const finding of verifyFiles(ledger, runIds === undefined ? {} : { runIds })) found.push(finding);
  return found;
}

async function endingPosition(): Promise<number> {
  const events = await ledger.readEvents(runId, 0, 100);
  return events.find(({ type }) => type === "attempt.ended")?.position ?? Number.NaN;
}

test("files that agree with the ledger are clean", async () => {
  expect(await findings()).toEqual([]);
});

describe("a journal", () => {
  test("with a line that the ledger lacks is named with run, position and line", async () => {
    const { cursor } = readRecords(readFileSync(journal), journalStart);
    const { line } = encodeRecord({
      n: cursor.n + 1,
      at: "2026-11-22T10:00:09.000Z",
      type: "log.written",
      dataText: '{"level":"info","message":"more"}',
      previousCrc: cursor.crc,
    });
    appendFileSync(journal, line);
    const position = await endingPosition();
    expect(await findings()).toEqual([
      { runId, position, kind: "journal", detail: "attempt 1: the ledger lacks line 4 of the journal" },
    ]);
  });

  test("of more events than one page holds is compared just so", async () => {
    const id = newRunId();
    const log = { type: "log.written", data: { level: "info", message: "on and on" } };
    await takeRun(id, [started, ...Array.from({ length: 1_200 }, () => log), finished()]);
    expect(await findings([id])).toEqual([]);
    const path = join(ledger.home, "runs", id, "1", "journal.jsonl");
    truncateSync(path, journalText([started, log]).length);
    const [finding] = await findings([id]);
    expect(finding).toMatchObject({
      kind: "journal",
      detail: "attempt 1: the ledger took 1202 lines, the journal has 2",
    });
    expect(finding?.position).toBe(((await ledger.getRun(id))?.position ?? 0) - 1);
  });

  test("with several such lines is named with all of them", async () => {
    writeFileSync(journal, journalText([started, scored(1), finished(), scored(1), scored(1)]));
    const [finding] = await findings();
    expect(finding?.detail).toBe("attempt 1: the ledger lacks lines 4 to 5 of the journal");
  });

  test("with a changed line is named where its checksums break", async () => {
    writeFileSync(journal, readFileSync(journal, "utf8").replace('"score":1', '"score":0'));
    const found = await findings();
    expect(found).toMatchObject([{ runId, kind: "journal", detail: expect.stringContaining("breaks after line 1") }]);
  });

  test("written anew with right checksums is named: the ledger remembers the last one", async () => {
    writeFileSync(journal, journalText([started, scored(0), finished()]));
    expect(await findings()).toMatchObject([
      { runId, kind: "journal", detail: expect.stringContaining("line 3 of the journal has the checksum") },
    ]);
  });

  test("that is shorter than what the ledger took is named", async () => {
    truncateSync(journal, journalText([started]).length);
    expect(await findings()).toMatchObject([
      { runId, kind: "journal", detail: "attempt 1: the ledger took 3 lines, the journal has 1" },
    ]);
  });

  test("that is gone, or has a torn end, is no difference", async () => {
    appendFileSync(journal, '{"v":1,"n":4');
    expect(await findings()).toEqual([]);
    rmSync(journal);
    expect(await findings()).toEqual([]);
  });

  test("whose damage the ending has noted is no difference", async () => {
    const id = newRunId();
    const folder = join(ledger.home, "runs", id);
    makeAttempt({ folder, runId: id, journal: `${journalText([started, scored(1)])}garbage\n` });
    for await (const { status } of importAttempts(ledger, [folder])) expect(status).toBe("failed");
    expect(await findings([id])).toEqual([]);
  });
});

describe("a session file", () => {
  const change = (edit: (file: Record<string, Record<string, unknown>>) => void): void => {
    const file = JSON.parse(readFileSync(session, "utf8"));
    edit(file);
    writeFileSync(session, JSON.stringify(file));
  };

  test("with another score is named with run and position", async () => {
    change((file) => {
      (file.final_result as Record<string, unknown>).score = 0.5;
    });
    const position = (await ledger.getRun(runId))?.position;
    expect(await findings()).toEqual([
      { runId, position, kind: "session-file", detail: `${session}: score is 0.5, in the ledger 1` },
    ]);
  });

  test("with another status, verdict or id is named", async () => {
    change((file) =>
      Object.assign(file, { execution_id: "other", final_result: { success: false, score: 1, status: "failed" } }),
    );
    expect((await findings()).map(({ detail }) => detail.split(": ")[1]?.split(" ")[0])).toEqual([
      "execution_id",
      "status",
      "success",
    ]);
  });

  test("that is no JSON is named", async () => {
    writeFileSync(session, "{");
    expect(await findings()).toMatchObject([
      { runId, kind: "session-file", detail: expect.stringContaining("no session file") },
    ]);
  });

  test("that is missing is no difference: it can be written again", async () => {
    await removeSessionFile(ledger, runId);
    expect(await findings()).toEqual([]);
  });
});

describe("an attempt folder", () => {
  test("of a run that the ledger does not know is named", async () => {
    const id = newRunId();
    makeAttempt({ folder: join(ledger.home, "runs", id), runId: id, journal: [started] });
    expect(await findings()).toMatchObject([
      { runId: id, position: null, kind: "attempt", detail: expect.stringContaining("import") },
    ]);
  });

  test("of a deleted run is named, until it is removed", async () => {
    await ledger.execute(runId, { type: "delete", isForced: false }, "cli");
    expect(await findings()).toMatchObject([{ runId, kind: "attempt", detail: expect.stringContaining("deleted") }]);
    rmSync(join(ledger.home, "runs", runId), { recursive: true });
    expect(await findings()).toEqual([]);
  });

  test("beyond the run's attempts is named", async () => {
    makeAttempt({ folder: join(ledger.home, "runs", runId), runId, attempt: 2, journal: [started] });
    expect(await findings()).toMatchObject([
      { runId, kind: "attempt", detail: expect.stringContaining("/2 is an attempt") },
    ]);
  });
});

test("asked for one run only, no other is looked at", async () => {
  const other = newRunId();
  await takeRun(other, [started, finished()]);
  writeFileSync(session, "{");
  expect(await findings([other])).toEqual([]);
  expect(await findings([runId])).toHaveLength(1);
});

test("a run that is being worked on has no end to compare with, and a queued one no attempt", async () => {
  const [queued, active] = [newRunId(), newRunId()];
  const queue = (id: string, claim: Claim | null) =>
    ledger.execute(id, { type: "queue", data: queuedData(), claim }, "cli");
  await queue(queued, null);
  await queue(active, { worker: "w", place: { bootId: "b", pidns: "p" }, claimId: "c" });
  makeAttempt({ folder: join(ledger.home, "runs", active), runId: active, journal: [started] });
  expect(await findings()).toEqual([]);
  expect(await findings([newRunId()])).toEqual([]);
});

test("a folder among those of the runs that names no run is not ours to judge", async () => {
  mkdirSync(join(ledger.home, "runs", "notes"));
  expect(await findings()).toEqual([]);
});
