// Lists, names, streams and waiting: what readers may rely on.

import { expect, it } from "vitest";
import type { Ledger, RunFilter } from "../ledger.ts";
import { actor, codeOf, complete, ingest, queue, type Subject, start, startedRecord } from "./samples.contract.ts";

export function readingClaims(subject: () => Subject): void {
  it("pages follow each other without a gap or a repeat, newest or oldest first", async () => {
    const { ledger } = subject();
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1) ids.push(await queue(ledger));
    expect(await listed(ledger, {}, { pageSize: 3, order: "oldest" })).toEqual(ids);
    expect(await listed(ledger, {}, { pageSize: 3, order: "newest" })).toEqual(ids.toReversed());
    expect(await listed(ledger, {}, { pageSize: 7 })).toEqual(ids.toReversed());
  });

  it("what a filter finds is counted by status and verdict", async () => {
    const { ledger } = subject();
    await queue(ledger, { labels: { team: "a" } });
    await complete(ledger, { labels: { team: "a" } });
    await complete(ledger, { labels: { team: "b" } });
    const { counts } = await ledger.countFound({ label: { key: "team", value: "a" } });
    expect(counts.toSorted((a, b) => (a.status < b.status ? -1 : 1))).toEqual([
      { status: "completed", passed: true, runs: 1 },
      { status: "queued", passed: null, runs: 1 },
    ]);
    const all = await ledger.countFound({ subjectPrefix: "00" });
    expect(all.counts.find(({ status }) => status === "completed")).toEqual({
      ...{ status: "completed", passed: true, runs: 2 },
    });
  });

  it("a token of another list is refused", async () => {
    const { ledger } = subject();
    for (let index = 0; index < 2; index += 1) await queue(ledger);
    const { nextToken } = await ledger.listRuns({}, { pageSize: 1 });
    expect(await codeOf(ledger.listRuns({}, { pageToken: nextToken, order: "oldest" }))).toBe("usage.bad-value");
    expect(await codeOf(ledger.listRuns({}, { pageToken: "nonsense" }))).toBe("usage.bad-value");
  });

  it("every filter picks its own runs, alone and with others", async () => {
    const { ledger } = subject();
    const one = await queue(ledger, { labels: { team: "a" }, experimentId: "e1" });
    const two = (await complete(ledger, { labels: { team: "b" } })).runId;
    const zero: [string, object] = ["score.recorded", { score: 0, passed: false, minScore: 1 }];
    const three = (
      await complete(
        ledger,
        { subject: { kind: "benchmark", id: "002", digest: await ledger.putBlob(Buffer.from("2")) } },
        zero,
      )
    ).runId;
    const four = await queue(ledger, { kind: "command", agent: null, labels: { team: "a" } });
    const five = (await start(ledger)).runId;
    const cases: [RunFilter, string[]][] = [
      [{ statuses: ["queued"] }, [one, four]],
      [{ statuses: ["queued", "completed"] }, [one, two, three, four]],
      [{ statuses: ["queued", "starting"], kind: "benchmark" }, [one, five]],
      [{ statuses: ["queued", "completed"], subject: "001" }, [one, two, four]],
      [{ statuses: [] }, []],
      [{ kind: "command" }, [four]],
      [{ subject: "002" }, [three]],
      [{ agent: "deterministic" }, [one, two, three, five]],
      [{ passed: true }, [two]],
      [{ passed: false }, [three]],
      [{ experimentId: "e1" }, [one]],
      [{ label: { key: "team", value: "a" } }, [one, four]],
      [{ label: { key: "team", value: "a" }, kind: "command" }, [four]],
      [{ label: { key: "team", value: "a" }, statuses: ["queued", "paused"] }, [one, four]],
      [{ subject: "001", passed: true, agent: "deterministic" }, [two]],
    ];
    for (const [filter, ids] of cases) {
      const { counts, isWhole } = await ledger.countFound(filter);
      const runs = counts.reduce((sum, count) => sum + count.runs, 0);
      expect({ runs, isWhole }, JSON.stringify(filter)).toEqual({ runs: ids.length, isWhole: true });
      expect(await listed(ledger, filter, { pageSize: 1, order: "oldest" }), JSON.stringify(filter)).toEqual(ids);
      expect(await listed(ledger, filter, {}), JSON.stringify(filter)).toEqual(ids.toReversed());
    }
  });

  it("a list can begin and end at a time", async () => {
    const { ledger } = subject();
    const runId = await queue(ledger);
    const queuedMs = Date.parse((await ledger.getRun(runId))?.queuedAt ?? "");
    expect(await listed(ledger, { sinceMs: queuedMs, untilMs: queuedMs + 1 }, {})).toEqual([runId]);
    expect(await listed(ledger, { sinceMs: queuedMs + 1 }, {})).toEqual([]);
    expect(await listed(ledger, { untilMs: queuedMs }, {})).toEqual([]);
  });

  it("a run is found by the tail of its id and by its age", async () => {
    const { ledger } = subject();
    const ids = [await queue(ledger), await queue(ledger)];
    expect(await ledger.findRuns((ids[0] ?? "").slice(-8), 10)).toEqual([ids[0]]);
    expect(await ledger.findRuns((ids[0] ?? "").slice(-12), 10)).toEqual([ids[0]]);
    expect(await ledger.findRuns("", 1)).toEqual([ids[1]]);
    expect(await ledger.newestRun(0)).toBe(ids[1]);
    expect(await ledger.newestRun(1)).toBe(ids[0]);
    expect(await ledger.newestRun(2)).toBeNull();
    expect(await ledger.getRun(crypto.randomUUID())).toBeNull();
    expect(await ledger.isDeleted(ids[0] ?? "")).toBe(false);
  });

  it("the stream of all events goes on from a cursor, and the cursor of the head has nothing after it", async () => {
    const { ledger } = subject();
    await queue(ledger);
    const first = await ledger.readAll(null, 10);
    expect((await ledger.readAll(first.cursor, 10)).events).toEqual([]);
    expect(await ledger.headCursor()).toBe(first.cursor);
    const runId = await queue(ledger);
    const next = await ledger.readAll(first.cursor, 10);
    expect(next.events.map((event) => event.runId)).toEqual([runId]);
    expect((await ledger.readAll(next.cursor, 10)).cursor).toBe(next.cursor);
  });

  it("a reader can go on after any event of a page, by that event's cursor", async () => {
    const { ledger } = subject();
    await complete(ledger);
    await queue(ledger);
    const { events, cursors, cursor } = await ledger.readAll(null, 100);
    expect(cursors.length).toBe(events.length);
    expect(cursors.at(-1)).toBe(cursor);
    for (const [index, at] of cursors.entries()) {
      const rest = await ledger.readAll(at, 100);
      expect(rest.events, `after event ${index}`).toEqual(events.slice(index + 1));
      expect(rest.cursors).toEqual(cursors.slice(index + 1));
    }
    expect(await ledger.readAll(cursor, 100)).toEqual({ events: [], cursors: [], cursor });
  });

  it("each append ends with a link of its own, and an event within one has none", async () => {
    const { ledger, openAgain } = subject();
    const { runId } = await complete(ledger);
    const events = await ledger.readEvents(runId, 0, 100);
    const links = await Promise.all(events.map(({ seq }) => ledger.linkAt(runId, seq)));
    expect(links.at(-1)).toMatch(/^[0-9a-f]{64}$/);
    expect(links).toContain(null);
    const written = links.filter((link) => link !== null);
    expect(new Set(written).size).toBe(written.length);
    expect(await (await openAgain()).linkAt(runId, events.length)).toBe(links.at(-1));
    expect(await ledger.linkAt(runId, events.length + 1)).toBeNull();
    expect(await ledger.linkAt(crypto.randomUUID(), 1)).toBeNull();
  });

  it("a cursor of another epoch or ahead of the ledger tells its reader to begin anew", async () => {
    const { ledger } = subject();
    await queue(ledger);
    const cursor = await ledger.headCursor();
    const foreign = cursor.replace(/^./, (digit) => (digit === "0" ? "1" : "0"));
    for (const bad of [foreign, `${cursor}0`, "nonsense"]) {
      await expect(ledger.readAll(bad, 10), bad).rejects.toMatchObject({ code: "cursor.reset" });
    }
  });

  it("recordedAt never goes back", async () => {
    const { ledger } = subject();
    for (let index = 0; index < 3; index += 1) await queue(ledger);
    const times = (await ledger.readAll(null, 10)).events.map((event) => event.recordedAt);
    expect(times).toEqual(times.toSorted());
  });

  it("a change between a read and the wait after it is not missed, by whomever it was made", async () => {
    const { ledger, openAgain } = subject();
    const other = await openAgain();
    for (const from of [ledger, other]) {
      const since = ledger.changeMark();
      await queue(from);
      expect(await ledger.waitForChange({ since, timeoutMs: 10_000 })).toBe(true);
    }
  });

  it("a wait ends without news after its time, when it is aborted, and when the ledger is closed", async () => {
    const { ledger, openAgain } = subject();
    const other = await openAgain();
    await ledger.waitForChange({ timeoutMs: 1 });
    const since = ledger.changeMark();
    expect(await ledger.waitForChange({ since, timeoutMs: 1 })).toBe(false);
    const abort = new AbortController();
    const aborted = ledger.waitForChange({ since, timeoutMs: 60_000, signal: abort.signal });
    abort.abort();
    expect(await aborted).toBe(false);
    expect(await ledger.waitForChange({ since, timeoutMs: 60_000, signal: abort.signal })).toBe(false);
    const closed = other.waitForChange({ since: Number.MAX_SAFE_INTEGER, timeoutMs: 60_000 });
    await other.close();
    expect(await closed).toBe(false);
  });

  it("a commit elsewhere ends a wait long before its time", async () => {
    const { ledger, openAgain } = subject();
    const other = await openAgain();
    const run = await start(ledger);
    const since = other.changeMark();
    const news = other.waitForChange({ since, timeoutMs: 20_000 });
    await ingest(ledger, run, startedRecord);
    expect(await news).toBe(true);
    expect((await other.getRun(run.runId))?.status).toBe("running");
    await ledger.execute(run.runId, { type: "cancel", graceMs: 0 }, actor);
  });
}

async function listed(
  ledger: Ledger,
  filter: RunFilter,
  options: { pageSize?: number; order?: "newest" | "oldest" },
): Promise<string[]> {
  const ids: string[] = [];
  let pageToken: string | null = null;
  do {
    const page = await ledger.listRuns(filter, { ...options, pageToken });
    ids.push(...page.runs.map((run) => run.id));
    pageToken = page.nextToken;
  } while (pageToken !== null);
  return ids;
}
