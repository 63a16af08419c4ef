// Pages that nobody looks at: a night on the page's own clock without one request and without one timer, and what happened
// meanwhile as soon as somebody looks again.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { fixture, program, until } from "../scene.ts";
import { openPages, type Pages, rowOf, see } from "./open-pages.ts";

const patienceMs = 120_000;
let pages: Pages;

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

/** From here on each timer that fires is counted. */
const countTimers = `window.fired = [];
for (const name of ["setTimeout", "setInterval"]) {
  const own = window[name];
  window[name] = (work, ms, ...rest) => own(() => { window.fired.push(name + " " + ms); work(); }, ms, ...rest);
}`;
const turn = (isHidden: boolean) =>
  `Object.defineProperty(document, "hidden", { configurable: true, get: () => ${isHidden} });
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${isHidden ? "hidden" : "visible"}" });
  document.dispatchEvent(new Event("visibilitychange"));`;

test("a night out of sight costs no request and no timer, and the morning finds everything right", {
  timeout: patienceMs,
}, async () => {
  const { scene } = pages;
  const worker = await scene.worker();
  const end = join(scene.folder, "end");
  const id = await scene.queue(program(fixture("waits-for-file.mjs", end, "40")), worker);
  const ended = scene.supervise(id, worker);
  await until("it runs", async () => (await scene.status(id)).status === "running");

  const list = await withClock("/");
  const run = await withClock(`/runs/${id}/logs`);
  const system = await withClock("/system");
  await see(rowOf(list, id).locator('[data-status="running"]'));
  await see(run.locator(".log-line").getByText("ready"));
  await see(system.getByText("Live streams"));
  const windows = [list, run, system];
  const requests = new Map(windows.map((page) => [page, [] as string[]]));
  for (const page of windows) page.on("request", (request) => requests.get(page)?.push(request.url()));

  for (const page of windows) {
    await page.evaluate(countTimers);
    // Whatever ticks begins anew, and is counted.
    await page.evaluate(turn(true));
    await page.evaluate(turn(false));
    await page.evaluate(turn(true));
    // What was asked for before may still be answered; after that nothing is left to do.
    await until("all is still", async () => (await firedWithin(page, "02:00")).length === 0, patienceMs);
  }
  await until("no stream is open", async () => (await streams()) === 0, patienceMs);
  for (const page of windows) {
    requests.get(page)?.splice(0);
    expect(await firedWithin(page, "08:00:00")).toEqual([]);
    expect(requests.get(page)).toEqual([]);
  }

  writeFileSync(end, "");
  expect((await ended).status).toBe("completed");
  for (const page of windows) await page.evaluate(turn(false));
  await see(rowOf(list, id).locator('[data-status="completed"]'));
  await see(run.locator('.run-standing [data-status="completed"]'));
  await see(run.locator('[data-line="41"]'));
  await until("the streams are open again", async () => (await streams()) > 0, patienceMs);
});

test("a server that is away over night is not asked for by a page that nobody sees", {
  timeout: patienceMs,
}, async () => {
  const page = await withClock("/");
  await see(page.locator("[data-run]"));
  await page.evaluate(turn(true));
  await pages.stopServer();
  await page.clock.runFor("02:00");
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await page.clock.runFor("08:00:00");
  expect(requests).toEqual([]);
  await pages.startServer();
  await page.evaluate(turn(false));
  await until("the stream is open again", async () => (await streams()) > 0, patienceMs);
});

/** A window whose clock can be turned; until then it goes like any other. */
async function withClock(path: string): Promise<Page> {
  const page = await pages.open("/icon.svg", { isSilent: false });
  await page.clock.install();
  await page.goto(pages.url + path);
  return page;
}

/** The timers that fire while the page's clock goes on for so long. */
async function firedWithin(page: Page, time: string): Promise<string[]> {
  await page.evaluate("window.fired = []");
  await page.clock.runFor(time);
  return (await page.evaluate("window.fired")) as string[];
}

async function streams(): Promise<number> {
  const answer = await fetch(`${pages.url}/api/v1/system`);
  return ((await answer.json()) as { feed: { streams: number } }).feed.streams;
}
