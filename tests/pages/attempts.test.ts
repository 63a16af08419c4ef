// A run that was tried twice: each tab shows either attempt, by its address, with what ended it in words; and a run that is
// paused and goes on in its next attempt, seen by two windows at once.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { diesAtLine, standsStillAtLine } from "../faults/broken-runners.ts";
import { linesAreTaken } from "../faults/supervise-elsewhere.ts";
import { benchmark001, until } from "../scene.ts";
import { openPages, type Pages, see, seeNone } from "./open-pages.ts";

const patienceMs = 120_000;
let pages: Pages;
let runId = "";

beforeAll(async () => {
  pages = await openPages();
  runId = await retriedRun();
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

/** What attempt 1 shows in a tab, and what it must not show; it died in the middle of its only transfer. */
const tabs: [tab: string, shown: string, missing: string][] = [
  ["timeline", ".bar-row >> text=sol_transfer", ".bar-row >> text=scored"],
  ["steps", ".story >> text=no answer was recorded", ".story >> text=Attempt 2"],
  ["transactions", "text=No transactions", ".transaction"],
  ["flow", ".diagram img", ".state"],
  ["variables", "text=No variables", ".transaction"],
  ["logs", "text=Nothing was printed on stdout", ".log-line"],
  ["events", ".event-row >> text=run.retried", ".event-row >> text=run.completed"],
];

test.for(tabs)(
  "the tab %s shows the first attempt alone, and what ended it",
  {
    timeout: patienceMs,
  },
  async ([tab, shown, missing]) => {
    const page = await pages.open(`/runs/${runId}/${tab}?attempt=1`);
    await see(page.locator(".attempt-end").getByText(/failed.*killed by signal SIGKILL/));
    await see(page.locator(`.run-page >> ${shown}`));
    expect(await page.locator(`.run-page >> ${missing}`).count()).toBe(0);
  },
);

test("without a choice the tabs show all attempts; choosing one is an address that the next tab keeps", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open(`/runs/${runId}/steps`);
  await see(page.getByRole("heading", { name: "Attempt 1 failed" }));
  await see(page.locator(".story").getByText("no answer was recorded"));
  await page.getByLabel("Attempt").selectOption({ label: "2: completed" });
  await page.waitForURL(/steps\?attempt=2$/);
  await see(page.locator(".attempt-end").getByText("completed"));
  await seeNone(page.locator(".story").getByText("no answer was recorded"));
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await page.waitForURL(/events\?attempt=2$/);
  await see(page.locator(".event-row").getByText("score.recorded", { exact: true }));
  expect(await page.locator(".event-row").first().getAttribute("data-seq")).not.toBe("1");
});

test("the overview lists both attempts, each with its end and a way to it", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/runs/${runId}`);
  const panel = page.locator(".panel", { has: page.getByRole("heading", { name: "Attempts" }) });
  await see(panel.getByText(/killed by signal SIGKILL/));
  await panel.getByRole("link", { name: "Look at it" }).first().click();
  await page.waitForURL(/timeline\?attempt=1$/);
});

test("an attempt that was never made is said to be missing", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/runs/${runId}/events?attempt=9`);
  await see(page.getByRole("heading", { name: "There is no attempt 9 to show" }));
});

test("a run that works is paused and goes on from the page, and a second window shows the same", {
  timeout: patienceMs,
}, async () => {
  const { scene } = pages;
  const go = join(scene.folder, "go");
  const worker = await scene.worker({ url: scene.faultyRunner("stands-still", standsStillAtLine(4, go)) });
  const id = await scene.queue(benchmark001(), worker);
  const ended = scene.supervise(id, worker);
  await linesAreTaken(scene, id, 3);
  const windows = [await pages.open(`/runs/${id}`), await pages.open(`/runs/${id}/steps`)] as const;
  const [first, second] = windows;
  const showsIn = async (status: string): Promise<void> => {
    for (const page of windows) await see(page.locator(`.run-standing [data-status="${status}"]`));
  };
  const verbs = (page: typeof first) => page.locator(".run-verbs button").allTextContents();
  await showsIn("running");
  expect(await verbs(first)).toEqual(["Pause", "Cancel", "Again"]);
  await first.getByRole("button", { name: "Pause" }).click();
  await showsIn("pausing");
  for (const page of windows) expect(await verbs(page)).toEqual(["Cancel", "Again"]);
  const control = join(scene.folderOf(id), "control.jsonl");
  await until("the runner was told", () => readFileSync(control, "utf8").includes("pause"));
  writeFileSync(go, "");
  await showsIn("paused");
  expect((await ended).status).toBe("paused");
  for (const page of windows) expect(await verbs(page)).toEqual(["Resume", "Cancel", "Again"]);
  await second.getByRole("button", { name: "Resume" }).click();
  await showsIn("completed");
  for (const page of windows) expect(await verbs(page)).toEqual(["Again", "Delete"]);
  for (const page of windows) await see(page.locator('.run-standing [data-verdict="passed"]'));
  await second.getByLabel("Attempt").selectOption({ label: "1: paused" });
  await see(second.locator(".attempt-end").getByText("paused"));
});

/** A runner that dies right after it has told of a call, and the retry of the run by a whole one. */
async function retriedRun(): Promise<string> {
  const { scene } = pages;
  const dying = await scene.worker({ url: scene.faultyRunner("dies", diesAtLine(5, "after")) });
  const { id, status } = await scene.run(benchmark001(), dying);
  expect(status).toBe("failed");
  await (await scene.ledger()).execute(id, { type: "retry", claim: null }, "test");
  await scene.settledAs(id, "completed");
  return id;
}
