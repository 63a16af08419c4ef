import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { journalStart, readRecords } from "../protocol/journal.ts";
import { followControl } from "./control.ts";
import { createJournal } from "./emit.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-emit-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const records = () => readRecords(readFileSync(join(folder, attemptFiles.journal)), journalStart);

describe("the journal of a runner", () => {
  it("is made once: who finds one there takes no step", () => {
    expect(createJournal(folder)).not.toBeNull();
    expect(createJournal(folder)).toBeNull();
  });

  it("holds each record as one whole line of an unbroken chain", async () => {
    const journal = createJournal(folder);
    for (let index = 0; index < 20; index += 1) await journal?.emit("x.t", { index, text: "ü\u0000" });
    const read = records();
    expect(read.fault).toBeNull();
    expect(read.records.map(({ data }) => data.index)).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect(read.records[0]?.data).toEqual({ index: 0, text: "ü\uFFFD", cleaned: true });
    expect(journal?.bytes()).toBe(read.cursor.offset);
  });

  it("keeps a too large event as an artifact, and its short form as the event", async () => {
    const journal = createJournal(folder);
    const data = { step: "one", error: { code: "c", origin: "agent", message: "m".repeat(200_000) } };
    await journal?.emit("step.failed", data);
    const [artifact, event] = records().records;
    const kept = readFileSync(join(folder, attemptFiles.artifacts, String(artifact?.data.name)));
    expect(JSON.parse(kept.toString())).toEqual(data);
    expect(artifact?.data.digest).toBe(`sha256:${createHash("sha256").update(kept).digest("hex")}`);
    expect(event?.type).toBe("step.failed");
    expect(event?.data.error).toMatchObject({ message: expect.stringContaining("200000 characters") });
  });

  it("never drops a score: one with many parts keeps those that fit, and says how many do not", async () => {
    const journal = createJournal(folder);
    const parts = Array.from({ length: 4_000 }, (_, index) => ({ type: "balance", index, is: `balance ${index}` }));
    await journal?.emit("score.recorded", {
      scoring: { profile: "outcome", parts },
      score: 1,
      passed: true,
      minScore: 1,
    });
    const [artifact, event] = records().records;
    expect(artifact?.data.holds).toBe("score.recorded");
    expect(event?.type).toBe("score.recorded");
    expect(event?.data).toMatchObject({ score: 1, passed: true, minScore: 1, scoring: { profile: "outcome" } });
    expect(event?.data.cut).toMatch(/^whole in artifacts\/event-1\.json; \d+ items left out$/);
  });

  it("waits while the ledger is far behind, and goes on when it has caught up", async () => {
    const journal = createJournal(folder);
    const big = { text: "x".repeat(60_000) };
    let done = 0;
    const writing = (async () => {
      for (let index = 0; index < 160; index += 1) {
        await journal?.emit("x.t", big);
        done += 1;
      }
    })();
    await expect.poll(() => done).toBeGreaterThan(100);
    const before = await stable(() => done);
    expect(before).toBeLessThan(160);
    writeFileSync(join(folder, attemptFiles.supervised), JSON.stringify({ takenBytes: journal?.bytes() }));
    await writing;
    expect(done).toBe(160);
  });
});

/** The value once two looks in a row agree. */
async function stable(look: () => number): Promise<number> {
  let last = -1;
  await expect
    .poll(
      () => {
        const isSame = look() === last;
        last = look();
        return isSame;
      },
      { interval: 60 },
    )
    .toBe(true);
  return last;
}

describe("control of a runner", () => {
  const say = (line: object) =>
    appendFileSync(join(folder, attemptFiles.control), `${JSON.stringify({ at: "", ...line })}\n`);

  it("obeys the newest claim only, and the stronger word", async () => {
    writeFileSync(join(folder, attemptFiles.control), "");
    const control = followControl(folder, "one");
    let calls = 0;
    control.onChange(() => {
      calls += 1;
    });
    say({ type: "adopted", claimId: "two", fromClaimId: "one" });
    say({ type: "cancel", claimId: "one", graceMs: 1 });
    appendFileSync(join(folder, attemptFiles.control), "no json\n");
    expect(control.check()).toBe("run");
    say({ type: "pause", claimId: "two" });
    expect(control.check()).toBe("pause");
    say({ type: "cancel", claimId: "two", graceMs: 500 });
    say({ type: "pause", claimId: "two" });
    expect([control.check(), control.graceMs()]).toEqual(["cancel", 500]);
    say({ type: "cancel", claimId: "two", graceMs: 10 });
    expect([control.check(), control.graceMs()]).toEqual(["cancel", 10]);
    expect(calls).toBeGreaterThanOrEqual(3);
    control.close();
  });

  it("names the limit that was met, and counts being alone as less than a cancel", () => {
    writeFileSync(join(folder, attemptFiles.control), "");
    const control = followControl(folder, "one");
    control.orphan(0);
    expect(control.state()).toBe("orphaned");
    say({ type: "limit", claimId: "one", limit: "wall_s", message: "too long", graceMs: 0 });
    expect([control.check(), control.limit()]).toEqual(["limit", { name: "wall_s", message: "too long" }]);
    control.close();
  });
});
