// The list of runs as the page holds it, without a browser: where changes land, what is let go, what is read again.

import { expect, test } from "vitest";
import { RunList, type RunListOptions } from "../../dashboard/src/pages/runs/run-list.ts";
import type { RunBody } from "../../src/protocol/http-resources.ts";
import { until } from "../scene.ts";

const pageSize = 100;

test("a change of a run that is shown takes its place, and an older one changes nothing", async () => {
  const { list } = await opened({ runs: 3 });
  list.apply({ runs: [{ ...run(1), seq: 9, status: "running" }], deleted: [] });
  list.apply({ runs: [{ ...run(1), seq: 8, status: "queued" }], deleted: [] });
  expect(list.view().count).toBe(3);
  expect(list.view().at(1)?.status).toBe("running");
});

test("new runs stand above the others, newest first, and deleted ones are gone", async () => {
  const { list } = await opened({ runs: 3 });
  list.apply({ runs: [run(-1)], deleted: [] });
  list.apply({ runs: [run(-2)], deleted: [run(1).id] });
  expect(idsOf(list, 4)).toEqual([-2, -1, 0, 2].map((number) => run(number).id));
});

test("a run that does not fit any more leaves, and one that comes to fit lands where its time belongs", async () => {
  const { list } = await opened({ runs: 4, fits: ({ status }) => status === "completed" });
  list.apply({ runs: [{ ...run(2), seq: 9, status: "queued" }], deleted: [] });
  expect(idsOf(list, 3)).toEqual([0, 1, 3].map((number) => run(number).id));
  list.apply({
    runs: [
      { ...run(2), seq: 10 },
      { ...run(-1), status: "queued" },
    ],
    deleted: [],
  });
  expect(idsOf(list, 4)).toEqual([0, 1, 2, 3].map((number) => run(number).id));
});

test("pages far from sight are let go and read again by their tokens", async () => {
  const { list, tokens } = await opened({ runs: 3_000 });
  for (let last = 99; last < 2_999; last += pageSize) {
    list.look(last - 20, last);
    await until("the next page", () => list.view().count > last + 1 && list.view().at(last + 1) !== null);
  }
  expect(list.view().count).toBe(3_000);
  expect(list.view().hasMore).toBe(false);
  expect(list.view().at(0)).not.toBeNull();
  expect(list.view().at(pageSize)).toBeNull();
  const before = tokens.length;
  list.look(pageSize + 1, pageSize + 40);
  await until("the second page", () => list.view().at(pageSize) !== null);
  expect(tokens.slice(before)).toEqual(["100"]);
});

test("a change of a run whose page was let go moves nothing, and new runs stand above however far one is", async () => {
  const { list } = await opened({ runs: 3_000 });
  for (let last = 99; last < 2_999; last += pageSize) {
    list.look(last - 20, last);
    await until("the next page", () => list.view().count > last + 1 && list.view().at(last + 1) !== null);
  }
  list.apply({ runs: [{ ...run(150), seq: 9, status: "running" }], deleted: [] });
  expect(list.view().count).toBe(3_000);
  list.apply({ runs: [run(-1)], deleted: [] });
  expect(list.view().count).toBe(3_001);
  expect(list.view().at(0)?.id).toBe(run(-1).id);
});

test("what changes while the list is read anew is newer than the answer", async () => {
  const { list, hold } = await opened({ runs: 3, seq: 10 });
  const release = hold();
  const reading = list.reload();
  list.apply({ runs: [{ ...run(1), seq: 14, status: "failed" }, run(-1)], deleted: [run(2).id] });
  release();
  await reading;
  expect(idsOf(list, 3)).toEqual([-1, 0, 1].map((place) => run(place).id));
  expect(list.view().at(2)).toMatchObject({ seq: 14, status: "failed" });
});

test("what changes while its page is read is newer than the answer", async () => {
  const { list, hold } = await opened({ runs: 150, seq: 10 });
  const release = hold();
  list.look(80, 100);
  list.apply({ runs: [{ ...run(120), seq: 14, status: "failed" }], deleted: [run(121).id] });
  release();
  await until("the second page", () => list.view().at(148) !== null);
  expect(list.view().at(120)).toMatchObject({ seq: 14, status: "failed" });
  expect(list.view().at(121)?.id).toBe(run(122).id);
});

test("more changes than are kept during a reading make another one necessary", async () => {
  const { list, hold, tokens } = await opened({ runs: 150, seq: 10 });
  const release = hold();
  list.look(80, 100);
  const runs = Array.from({ length: 2_001 }, (_, index) => ({ ...run(3_000 + index), seq: 14 }));
  list.apply({ runs, deleted: [] });
  release();
  await until("the list from its beginning", () => tokens.length === 3);
  expect(tokens).toEqual([null, "100", null]);
});

test("of two readings of the list the later one counts, whichever answers first", async () => {
  const { list, hold } = await opened({ runs: 3 });
  const release = hold();
  const slow = list.reload();
  const quick = list.reload();
  await quick;
  list.apply({ runs: [{ ...run(1), seq: 9, status: "running" }], deleted: [] });
  release();
  await slow;
  expect(list.view().at(1)?.status).toBe("running");
});

test("a reading that fails keeps what is shown, is told, and is tried again on request", async () => {
  const { list, fail } = await opened({ runs: 150 });
  fail(true);
  list.look(80, 99);
  await until("the failure", () => list.view().error !== null);
  expect(list.view().count).toBe(pageSize);
  fail(false);
  list.retry();
  await until("the second page", () => list.view().count === 150);
  expect(list.view().error).toBeNull();
});

test("a page that fails is not asked for again by who looks at it, until that is wanted", async () => {
  const { list, fail, tokens } = await opened({ runs: 300 });
  list.subscribe(() => list.look(80, 100));
  fail(true);
  list.look(80, 100);
  await until("the failure", () => list.view().error !== null);
  for (let turn = 0; turn < 20; turn += 1) await eventLoopTurn();
  expect(tokens).toEqual([null, "100"]);
  fail(false);
  list.retry();
  await until("the second page", () => list.view().count === 200);
});

test("a list that could not be read anew is read anew on request", async () => {
  const { list, fail, tokens } = await opened({ runs: 3 });
  fail(true);
  await list.reload();
  expect(list.view().error).not.toBeNull();
  expect(list.view().count).toBe(3);
  fail(false);
  list.retry();
  await until("the third reading", () => tokens.length === 3 && list.view().error === null);
});

function eventLoopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A list over so many runs, with its first page read. `hold` lets the next answer wait, with the runs of when it was asked. */
async function opened({
  runs,
  fits = () => true,
  seq = 5,
}: {
  runs: number;
  fits?: RunListOptions["fits"];
  seq?: number;
}) {
  const tokens: (string | null)[] = [];
  let isFailing = false;
  let held: Promise<void> | null = null;
  const list = new RunList({
    fits,
    isNewestFirst: true,
    async read(token) {
      tokens.push(token);
      const waited = held;
      held = null;
      await (waited ?? eventLoopTurn());
      if (isFailing) throw new Error("away");
      const first = Number(token ?? 0);
      const end = Math.min(runs, first + pageSize);
      return {
        runs: Array.from({ length: end - first }, (_, index) => ({ ...run(first + index), seq })),
        nextPageToken: end < runs ? String(end) : null,
        cursor: "0.0",
      };
    },
  });
  await list.reload();
  return {
    list,
    tokens,
    fail: (fails: boolean) => {
      isFailing = fails;
    },
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
  };
}

function idsOf(list: RunList, count: number): (string | undefined)[] {
  expect(list.view().count).toBe(count);
  return Array.from({ length: count }, (_, index) => list.view().at(index)?.id);
}

const newestMs = Date.UTC(2026, 10, 22);

/** The run at this place of the list; those of negative places are newer. Only what a list looks at. */
function run(place: number): RunBody {
  const queuedAt = new Date(newestMs - place * 1_000).toISOString();
  return { id: `run ${place}`, seq: 5, status: "completed", queuedAt } as RunBody;
}
