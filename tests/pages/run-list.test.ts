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
  expect(list.view().at(0)).toBeNull();
  const before = tokens.length;
  list.look(0, 40);
  await until("the first page", () => list.view().at(0) !== null);
  expect(tokens.slice(before)).toEqual([null]);
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

/** A list over so many runs, with its first page read. */
async function opened({ runs, fits = () => true }: { runs: number; fits?: RunListOptions["fits"] }) {
  const tokens: (string | null)[] = [];
  let isFailing = false;
  const list = new RunList({
    fits,
    isNewestFirst: true,
    async read(token) {
      tokens.push(token);
      if (isFailing) throw new Error("away");
      const first = Number(token ?? 0);
      const end = Math.min(runs, first + pageSize);
      return {
        runs: Array.from({ length: end - first }, (_, index) => run(first + index)),
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
