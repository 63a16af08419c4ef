// The list of runs in a real browser: live from other processes, filtered by its address, verbs for several at once, and
// all of it by the keyboard.

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { agentOf, complete, queue } from "../../src/ledger/contract/samples.contract.ts";
import { repository } from "../scene.ts";
import { openPages, type Pages, rowOf, see, seeNone, untilHolds } from "./open-pages.ts";

const patienceMs = 120_000;
let pages: Pages;

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

test("an empty ledger says so, and how to begin", { timeout: patienceMs }, async () => {
  const page = await pages.open("/");
  await see(page.getByRole("heading", { name: "No runs yet" }));
});

test("a run of another process appears and ends in the list without a reload", { timeout: patienceMs }, async () => {
  const page = await pages.open("/");
  await see(page.getByRole("heading", { name: "No runs yet" }));
  const done = await pages.scene.cli("run", `${repository}benchmarks/001-sol-transfer.yml`, "--json");
  const { id } = JSON.parse(done.stdout) as { id: string };
  await see(rowOf(page, id).locator('[data-status="completed"]'));
  await see(rowOf(page, id).locator('[data-verdict="passed"]'));
  expect(await rowOf(page, id).textContent()).toContain("1.00");
});

test("filters stand in the address, keep out what does not fit, and Back undoes them", {
  timeout: patienceMs,
}, async () => {
  const ledger = await pages.scene.ledger();
  const waiting = await queue(ledger, { labels: { team: "filters" } });
  const { runId: ended } = await complete(ledger, { labels: { team: "filters" } });
  const page = await pages.open("/?label=team%3Dfilters");
  await see(rowOf(page, waiting));
  await page.getByRole("button", { name: /queued/ }).click();
  await page.waitForURL(/status=queued/);
  await seeNone(rowOf(page, ended));
  await see(rowOf(page, waiting));
  const later = await queue(ledger, { labels: { team: "filters" } });
  await complete(ledger, { labels: { team: "filters" } });
  await see(rowOf(page, later));
  expect(await page.locator("[data-run]").count()).toBe(2);
  await pages.scene.cancel(waiting, 0);
  await seeNone(rowOf(page, waiting));
  await page.goBack();
  await see(rowOf(page, ended));
  await see(rowOf(page, waiting).locator('[data-status="cancelled"]'));
});

test("deleting several says which are left out and why, and does the others", { timeout: patienceMs }, async () => {
  const ledger = await pages.scene.ledger();
  const labels = { team: "deleting" };
  const waiting = await queue(ledger, { labels });
  const ended = [(await complete(ledger, { labels })).runId, (await complete(ledger, { labels })).runId];
  const page = await pages.open("/?label=team%3Ddeleting");
  for (const id of [waiting, ...ended]) await rowOf(page, id).getByRole("checkbox").check();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await see(dialog.getByText("1 run: queued: it has to end first"));
  await dialog.getByRole("button", { name: "Delete 2 runs" }).click();
  await see(dialog.getByText("None was refused."));
  await dialog.getByRole("button", { name: "Close" }).click();
  for (const id of ended) await seeNone(rowOf(page, id));
  await see(rowOf(page, waiting));
  expect(await codeOfRun(ended[0] ?? "")).toBe(410);
});

test("cancel and retry of several go to each run that may be moved", { timeout: patienceMs }, async () => {
  const ledger = await pages.scene.ledger();
  const labels = { team: "moving" };
  const ids = [await queue(ledger, { labels }), await queue(ledger, { labels })];
  const page = await pages.open("/?label=team%3Dmoving");
  const chooseAll = async (): Promise<void> => {
    for (const id of ids) await rowOf(page, id).getByRole("checkbox").check();
  };
  await chooseAll();
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await page.getByRole("button", { name: "Cancel 2 runs" }).click();
  await page.getByRole("button", { name: "Close" }).click();
  for (const id of ids) await see(rowOf(page, id).locator('[data-status="cancelled"]'));
  await chooseAll();
  await page.getByRole("button", { name: "Retry", exact: true }).click();
  await page.getByRole("button", { name: "Retry 2 runs" }).click();
  await page.getByRole("button", { name: "Close" }).click();
  for (const id of ids) await see(rowOf(page, id).locator('[data-status="queued"]'));
});

test("the keyboard alone finds a run, opens it and comes back", { timeout: patienceMs }, async () => {
  const ledger = await pages.scene.ledger();
  const labels = { team: "keys" };
  const ids = [(await complete(ledger, { labels })).runId, (await complete(ledger, { labels })).runId];
  const page = await pages.open("/?label=team%3Dkeys");
  const [older = "", newer = ""] = ids;
  await see(rowOf(page, newer));
  await tabTo(page, `[data-run="${newer}"] a`);
  await page.keyboard.press("ArrowDown");
  await untilHolds(page, `document.activeElement.closest('[data-run="${older}"]') !== null`);
  await page.keyboard.press("Enter");
  await page.waitForURL(new RegExp(`/runs/${older}`));
  await see(page.getByRole("heading", { level: 1, name: "001" }));
  await page.goBack();
  await see(rowOf(page, newer));
});

test("two windows show the same after a verb in one of them", { timeout: patienceMs }, async () => {
  const id = await queue(await pages.scene.ledger(), { labels: { team: "two" } });
  const [one, other] = [await pages.open(`/runs/${id}`), await pages.open("/?label=team%3Dtwo")];
  await see(rowOf(other, id).locator('[data-status="queued"]'));
  await one.getByRole("button", { name: "Pause" }).click();
  await see(rowOf(other, id).locator('[data-status="paused"]'));
  await see(one.locator('.run-standing [data-status="paused"]'));
});

const filters = [
  ["", 1],
  ["benchmark=001", 1],
  ["label=team%3Dcounts", 3],
  ["label=team%3Dcounts&passed=true", 1],
  ["agent=agent-counts", 2],
  ["agent=agent-counts&kind=benchmark&text=00", 2],
  ["label=team%3Dcounts&status=queued", 2],
  ["text=no-such-subject", 0],
] as const;

test("the counts beside the filters are those of the list, whatever is filtered", { timeout: patienceMs }, async () => {
  const ledger = await pages.scene.ledger();
  const labels = { team: "counts" };
  await queue(ledger, { labels, agent: agentOf("agent-counts") });
  await queue(ledger, { labels });
  await complete(ledger, { labels, agent: agentOf("agent-counts") });
  for (const [search, runsMin] of filters) {
    const page = await pages.open(`/?${search}`);
    await see(page.locator(runsMin === 0 ? ".state" : "[data-run]"));
    await see(page.locator(".status-count .number").filter({ hasText: /^\d/ }));
    const listed = new Map<string, number>();
    for (const row of await page.locator("[data-run] .run-status").allTextContents()) {
      listed.set(row, (listed.get(row) ?? 0) + 1);
    }
    expect([...listed.values()].reduce((sum, runs) => sum + runs, 0)).toBeGreaterThanOrEqual(runsMin);
    for (const chip of await page.locator(".status-count").all()) {
      const words = (await chip.locator("[data-status]").textContent()) ?? "";
      const isOut = search.includes("status=") && !search.includes(`status=${words}`);
      if (isOut) continue;
      expect(await chip.locator(".number").textContent(), `${search}: ${words}`).toBe(String(listed.get(words) ?? 0));
    }
  }
});

/** Presses Tab until the element has the focus. */
async function tabTo(page: Awaited<ReturnType<Pages["open"]>>, selector: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    await page.keyboard.press("Tab");
    if ((await page.evaluate(`document.activeElement === document.querySelector('${selector}')`)) === true) return;
  }
  throw new Error(`no Tab leads to ${selector}`);
}

async function codeOfRun(id: string): Promise<number> {
  return (await fetch(`${pages.url}/api/v1/runs/${id}`)).status;
}
