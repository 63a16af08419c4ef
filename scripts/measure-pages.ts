// How fast the pages answer in a real browser: `node scripts/measure-pages.ts`. A list with 10,000 runs, a run with 100,000
// events; each figure is the median of five visits with nothing kept from the one before. Prints one line a figure.

import type { Page } from "playwright-core";
import { openPages, type Pages, see, untilHolds } from "../tests/pages/open-pages.ts";
import { seedLargeRun, seedManyRuns } from "../tests/pages/seed.ts";

const visits = 5;
/** Reports tasks that kept the page from answering; the browser names those above 50 ms. */
const watchTasks = `window.longest = 0; new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) window.longest = Math.max(window.longest, duration);
}).observe({ type: "longtask", buffered: true });`;

const pages = await openPages({ hasWorker: false });
try {
  const ledger = await pages.scene.ledger();
  await seedManyRuns(ledger, 10_000);
  const runId = await seedLargeRun(ledger, 100_000);
  const run = `/runs/${runId}`;
  await report("list of 10,000 runs, first paint", () => paint(pages, "/"));
  await report("list of 10,000 runs, rows there", () => visit("/", "[data-run]"));
  await report("event 73,412 by its address", () => visit(`${run}/events?seq=73412`, ".event-detail"));
  await report("the run as of event 73,412", () => visit(`${run}/events?seq=73412`, "[data-as-of]"));
  await report("events of a rare type", () => visit(`${run}/events?types=log.written`, ".event-row"));
  await report("timeline at event 73,412", () => visit(`${run}/timeline?seq=73412`, ".bar-row.is-chosen"));
  await report("search in 200,000 lines of output", () => searchLogs(`${run}/logs`));
  await report("longest task while scrolling events", () => scroll(`${run}/events`, ".event-list"));
  await report("longest task while scrolling the list", () => scroll("/", ".runs-table"));
} finally {
  await pages[Symbol.asyncDispose]();
}

async function report(title: string, measure: () => Promise<number>): Promise<void> {
  const figures: number[] = [];
  for (let visit = 0; visit < visits; visit += 1) {
    figures.push(await measure());
    await pages.closeWindows();
  }
  figures.sort((a, b) => a - b);
  console.log(
    `${String(Math.round(figures[visits >> 1] ?? 0)).padStart(6)} ms   ${title}   (${figures.map(Math.round).join(", ")})`,
  );
}

async function paint(from: Pages, path: string): Promise<number> {
  const page = await from.open(path);
  await see(page.locator("[data-run]"));
  return (await page.evaluate(
    "performance.getEntriesByType('paint').find((entry) => entry.name === 'first-contentful-paint').startTime",
  )) as number;
}

/** From the beginning of the navigation until the sign is there, by the page's own clock. */
async function visit(path: string, sign: string): Promise<number> {
  const page = await pages.open("/icon.svg");
  await page.goto(pages.url + path, { waitUntil: "commit" });
  await untilHolds(page, `document.querySelector(${JSON.stringify(sign)}) !== null`);
  return (await page.evaluate("performance.now()")) as number;
}

async function searchLogs(path: string): Promise<number> {
  const page = await pages.open(path);
  await see(page.getByText("200,000 lines", { exact: true }));
  const begunMs = performance.now();
  await page.getByRole("searchbox", { name: "Search in the output" }).fill("needle 150000");
  await untilHolds(page, "document.querySelector('[data-line=\"150001\"].is-chosen') !== null");
  return performance.now() - begunMs;
}

/** Wheels through the list for two seconds. */
async function scroll(path: string, box: string): Promise<number> {
  const page = await pages.open(path);
  await see(page.locator(box));
  await page.evaluate(watchTasks);
  await wheel(page, box);
  return (await page.evaluate("window.longest")) as number;
}

async function wheel(page: Page, box: string): Promise<void> {
  await page.locator(box).hover();
  const endMs = performance.now() + 2_000;
  while (performance.now() < endMs) await page.mouse.wheel(0, 1_200);
}
