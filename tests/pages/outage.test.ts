// What the pages show while the server is away and when it is back: never a status that nobody read, and the truth again
// without a reload.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { complete, queue } from "../../src/ledger/contract/samples.contract.ts";
import { openPages, type Pages, rowOf, see, seeNone } from "./open-pages.ts";

const patienceMs = 120_000;
let pages: Pages;

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

test("pages say that the server is silent, and are right once it is back", { timeout: patienceMs }, async () => {
  const { scene } = pages;
  const ledger = await scene.ledger();
  const id = await queue(ledger);
  const list = await pages.open("/", { isSilent: false });
  const detail = await pages.open(`/runs/${id}`, { isSilent: false });
  await see(rowOf(list, id).locator('[data-status="queued"]'));
  await see(detail.locator('.run-standing [data-status="queued"]'));
  await pages.stopServer();
  for (const page of [list, detail]) await see(page.getByText("The server does not answer since"));
  expect(await rowOf(list, id).textContent()).toContain("queued");

  await scene.cancel(id, 0);
  const { runId: made } = await complete(ledger);
  await pages.startServer();
  await see(rowOf(list, id).locator('[data-status="cancelled"]'));
  await see(rowOf(list, made).locator('[data-status="completed"]'));
  await see(detail.locator('.run-standing [data-status="cancelled"]'));
  for (const page of [list, detail]) await seeNone(page.getByText("The server does not answer since"));
});

test("a page that is opened while nothing can be read shows the error and tries again on request", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/system", { isSilent: false });
  let isBroken = true;
  await page.route("**/api/v1/runs?*", (route) => (isBroken ? route.abort() : route.continue()));
  await page.getByRole("link", { name: "Runs", exact: true }).click();
  await see(page.getByRole("alert").getByText("the server of this page does not answer"));
  expect(await page.locator("[data-run]").count()).toBe(0);
  isBroken = false;
  await page.getByRole("button", { name: "Try again" }).click();
  await see(page.locator("[data-run]"));
});

test("a run that is deleted while its page is open is said to be deleted", { timeout: patienceMs }, async () => {
  const ledger = await pages.scene.ledger();
  const { runId } = await complete(ledger);
  const page = await pages.open(`/runs/${runId}`, { isSilent: false });
  await see(page.locator('.run-standing [data-status="completed"]'));
  await fetch(`${pages.url}/api/v1/runs/${runId}`, { method: "DELETE" });
  await see(page.getByRole("heading", { name: "This run was deleted" }));
});

test("a run that is deleted while it is compared is said to be deleted, and not shown any more", {
  timeout: patienceMs,
}, async () => {
  const ledger = await pages.scene.ledger();
  const [a, b] = [await complete(ledger), await complete(ledger)];
  const page = await pages.open(`/compare?a=${a.runId}&b=${b.runId}`, { isSilent: false });
  const cards = page.locator('.compare-cards [data-status="completed"]');
  await see(cards);
  await fetch(`${pages.url}/api/v1/runs/${b.runId}`, { method: "DELETE" });
  await see(page.getByRole("alert").getByText("run.deleted"));
  expect(await cards.count()).toBe(0);
});

test("the end of an id that is given before the runs are listed is looked up once they are", {
  timeout: patienceMs,
}, async () => {
  const id = await queue(await pages.scene.ledger());
  const page = await pages.open("/");
  const listing = Promise.withResolvers<void>();
  await page.route("**/api/v1/runs?pageSize=100*", async (route) => {
    await listing.promise;
    await route.continue();
  });
  await page.goto(new URL("/compare", page.url()).href);
  await page.getByLabel(/^B:/).fill(id.slice(-12));
  await page.keyboard.press("Enter");
  await page.getByLabel(/^A:/).fill(id);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.searchParams.get("a") === id);
  expect(await page.getByRole("alert").count()).toBe(0);
  listing.resolve();
  await page.waitForURL((url) => url.searchParams.get("b") === id && url.searchParams.get("a") === id);
});
