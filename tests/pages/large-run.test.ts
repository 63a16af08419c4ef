// A run with 100,000 events and a list with 10,000 runs: what is read and what is drawn stays a page of it, wherever
// somebody looks. Times are held loosely here, since other tests run beside; scripts/measure-pages.ts reads them exactly.

import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openPages, type Pages, see, untilHolds } from "./open-pages.ts";
import { seedLargeRun, seedManyRuns } from "./seed.ts";

const patienceMs = 240_000;
const events = 100_000;
/** An answer within a second on a quiet machine, and what a busy one makes of it. */
const answerMsMax = 10_000;
let pages: Pages;
let runId = "";

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  const ledger = await pages.scene.ledger();
  await seedManyRuns(ledger, 2_000);
  runId = await seedLargeRun(ledger, events);
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

test("an address leads to event 73,412 without reading what lies before it", { timeout: patienceMs }, async () => {
  const { page, requests, ms } = await timed("events?seq=73412", '[data-seq="73412"].is-chosen');
  await see(page.getByRole("heading", { name: /^#73412 / }));
  expect(ms).toBeLessThan(answerMsMax);
  expect(requests.filter((url) => url.includes("/events")).length).toBeLessThan(8);
  expect(await page.locator(".event-row").count()).toBeLessThan(150);
});

test("narrowing to a type that is rare reads a few pages", { timeout: patienceMs }, async () => {
  const { page, requests, ms } = await timed("events?types=log.written", ".event-row");
  expect(ms).toBeLessThan(answerMsMax);
  expect(requests.filter((url) => url.includes("/events")).length).toBeLessThan(12);
  await see(page.locator(".event-row").getByText("log.written", { exact: true }));
});

test("the timeline shows one window, and any other at once", { timeout: patienceMs }, async () => {
  const { page, ms } = await timed("timeline?seq=73412", ".bar-row.is-chosen");
  expect(ms).toBeLessThan(answerMsMax);
  expect(await page.locator(".bar-row").count()).toBeLessThan(150);
  await page.getByRole("slider", { name: "Part of the run" }).fill("3");
  await see(page.getByText("events 1,501–2,000 of 100,0", { exact: false }));
});

test("a search in a long output finds its lines", { timeout: patienceMs }, async () => {
  const { page } = await timed("logs", ".log-line");
  await see(page.getByText("200,000 lines", { exact: true }));
  await page.getByRole("searchbox", { name: "Search in the output" }).fill("needle 150000");
  await see(page.locator('.is-chosen[data-line="150001"]'));
  expect(await page.locator(".log-line").count()).toBeLessThan(200);
});

test("scrolling through events draws only what is in sight, and arrives", { timeout: patienceMs }, async () => {
  const { page } = await timed("events", '[data-seq="1"]');
  await page.evaluate("document.querySelector('.event-list').scrollTop = 28 * 50000");
  await see(page.locator('[data-seq="50001"]').getByText("step.completed"));
  expect(await page.locator(".event-row").count()).toBeLessThan(150);
});

test("the list scrolls over thousands of runs a page at a time, and comes back", { timeout: patienceMs }, async () => {
  const page = await pages.open("/");
  await see(page.locator("[data-run]"));
  const lowest = "Math.max(...[...document.querySelectorAll('[data-run]')].map((row) => Number(row.dataset.index)))";
  await untilHolds(page, `(document.querySelector('.runs-table').scrollTop = 1e9, ${lowest} > 1500)`);
  expect(await page.locator("[data-run]").count()).toBeLessThan(100);
  await page.evaluate("document.querySelector('.runs-table').scrollTop = 0");
  await see(page.locator(`[data-run="${runId}"]`));
});

/** Opens a tab of the large run and waits for the sign; what was asked for meanwhile, and how long it took. */
async function timed(tab: string, sign: string): Promise<{ page: Page; requests: string[]; ms: number }> {
  const page = await pages.open("/system");
  await see(page.getByRole("heading", { name: "System" }));
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  const begunMs = performance.now();
  await page.goto(`${pages.url}/runs/${runId}/${tab}`);
  await see(page.locator(sign));
  return { page, requests, ms: performance.now() - begunMs };
}
