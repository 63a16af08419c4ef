// Nothing jumps under the eyes: what the browser itself counts as a shift of the layout, while lists and runs fill, change
// and end.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { complete, queue } from "../../src/ledger/contract/samples.contract.ts";
import { benchmark001, fixture, program, until } from "../scene.ts";
import { openPages, type Pages, rowOf, see, seeNone } from "./open-pages.ts";

const patienceMs = 120_000;
/** Below 0.1 counts as good anywhere; here nothing that can be seen may move. */
const shiftMax = 0.01;
let pages: Pages;

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  const ledger = await pages.scene.ledger();
  for (let made = 0; made < 5; made += 1) await complete(ledger);
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

/** What has moved so far, and how far; those that follow an input of the reader are counted, too. */
const readShifts = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().map(({ value, sources }) => ({
    value,
    moved: sources.map(({ node, previousRect, currentRect }) =>
      [node?.className ?? node?.nodeName ?? "gone", previousRect.x, previousRect.y, currentRect.x, currentRect.y].join(" ")),
  })))).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve([]), 300);
})`;

async function shiftsOf(page: Page): Promise<{ sum: number; moved: string[] }> {
  const shifts = (await page.evaluate(readShifts)) as { value: number; moved: string[] }[];
  return { sum: shifts.reduce((sum, { value }) => sum + value, 0), moved: shifts.flatMap(({ moved }) => moved) };
}

async function expectStill(page: Page): Promise<void> {
  const { sum, moved } = await shiftsOf(page);
  expect(sum, moved.join("\n")).toBeLessThan(shiftMax);
}

test("the browser counts a jump, so that a page without one means something", { timeout: patienceMs }, async () => {
  const page = await pages.open("/");
  await see(page.locator("[data-run]"));
  await page.evaluate(`document.querySelector("main").style.paddingTop = "200px"`);
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
  expect((await shiftsOf(page)).sum).toBeGreaterThan(shiftMax);
});

test.for([
  ["wide", 1440, 900],
  ["on a phone", 390, 844],
] as const)(
  "the list, %s, stays where it is while runs come and change",
  {
    timeout: patienceMs,
  },
  async ([, width, height]) => {
    const { scene } = pages;
    const ledger = await scene.ledger();
    const page = await pages.open("/", { viewport: { width, height } });
    await see(page.locator("[data-run]"));
    const ids: string[] = [];
    for (let made = 0; made < 12; made += 1) ids.push(await queue(ledger));
    await see(rowOf(page, ids.at(-1) ?? ""));
    for (const id of ids.slice(0, 6)) await scene.cancel(id, 0);
    await see(rowOf(page, ids[5] ?? "").locator('[data-status="cancelled"]'));
    const { runId } = await complete(ledger);
    await see(rowOf(page, runId).locator('[data-status="completed"]'));
    await expectStill(page);
  },
);

test.for(["", "/timeline", "/steps", "/transactions", "/logs", "/events", "/files"])(
  "the page of a run that has ended stays where it is while it is read%s",
  { timeout: patienceMs },
  async (tab) => {
    const { id } = await pages.scene.run(benchmark001(), await pages.scene.worker());
    const page = await pages.open(`/runs/${id}${tab}`);
    await see(page.locator(".run-standing [data-status]"));
    await see(page.locator(".panel, .bar, .story-row, .transaction, .state, .event-row, table"));
    await seeNone(page.locator(".skeleton"));
    await expectStill(page);
  },
);

test("a run that begins, prints and ends moves nothing that was there", { timeout: patienceMs }, async () => {
  const { scene } = pages;
  const worker = await scene.worker();
  const end = join(scene.folder, "end");
  const id = await scene.queue(program(fixture("waits-for-file.mjs", end, "40")), worker);
  const windows = [await pages.open(`/runs/${id}`), await pages.open(`/runs/${id}/logs`)] as const;
  for (const page of windows) await see(page.locator(".run-standing [data-status]"));
  const ended = scene.supervise(id, worker);
  for (const page of windows) await see(page.locator('.run-standing [data-status="running"]'));
  await see(windows[1].locator(".log-line").getByText("ready"));
  writeFileSync(end, "");
  const { status } = await ended;
  for (const page of windows) await see(page.locator(`.run-standing [data-status="${status}"]`));
  await until("the output is whole", async () => (await windows[1].locator("[data-line]").count()) > 20);
  for (const page of windows) await expectStill(page);
});
