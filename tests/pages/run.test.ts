// The page of one run in a real browser: verbs where they are legal, every tab from real runs, addresses of events, and
// the page's own fold against the server's.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { queue } from "../../src/ledger/contract/samples.contract.ts";
import { benchmark001, fixture, program } from "../scene.ts";
import { openPages, type Pages, see, seeNone } from "./open-pages.ts";

const patienceMs = 120_000;
let pages: Pages;
let completedId = "";

beforeAll(async () => {
  pages = await openPages();
  const worker = await pages.scene.worker();
  completedId = (await pages.scene.run(benchmark001(), worker)).id;
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

test("a completed run shows its verdict apart from its status, and every part of its score", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open(`/runs/${completedId}`);
  await see(page.locator('.run-standing [data-status="completed"]'));
  await see(page.locator('.run-standing [data-verdict="passed"]'));
  const score = page.getByRole("table", { name: "Parts of the score" });
  expect(await score.textContent()).toContain("RECIPIENT_WALLET_PUBKEY holds 100000000 lamports");
  await see(page.getByText("run.completed", { exact: true }));
});

test.for([
  ["timeline", "sol_transfer"],
  ["steps", "sol_transfer"],
  ["transactions", "System Program"],
  ["variables", "No variables"],
  ["logs", "Nothing was printed on stdout"],
  ["events", "attempt.ended"],
  ["files", "Files of the run|No files"],
] as const)("the tab %s shows what the run holds", { timeout: patienceMs }, async ([tab, words]) => {
  const page = await pages.open(`/runs/${completedId}/${tab}`);
  await see(page.locator(".run-page").getByText(new RegExp(words)));
});

test("the flow is drawn as an image and can be taken along", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/runs/${completedId}/flow`);
  const image = page.getByRole("img", { name: /Steps and calls/ });
  await see(image);
  expect(await image.getAttribute("src")).toMatch(/^blob:/);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "SVG" }).click();
  expect((await saved).suggestedFilename()).toMatch(/^flow-.*\.svg$/);
});

test("an event has an address, and shows the run as of that event", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/runs/${completedId}/events?seq=3`);
  await see(page.getByRole("heading", { name: "#3 attempt.started" }));
  await see(page.locator('[data-as-of="3"] [data-status="running"]'));
  await page.locator('[data-seq="1"]').click();
  await page.waitForURL(/seq=1/);
  await see(page.locator('[data-as-of="1"] [data-status="queued"]'));
});

test("events can be narrowed to types by the address", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/runs/${completedId}/events?types=tool.called%2Ctool.returned`);
  await see(page.locator(".event-row").getByText("tool.called", { exact: true }));
  expect(await page.locator(".event-row").count()).toBe(4);
});

test("a program that runs is followed, cancelled, retried and deleted from the page", {
  timeout: patienceMs,
}, async () => {
  const { scene } = pages;
  const worker = await scene.worker();
  const id = await scene.queue(program(fixture("never-exits.mjs")), worker);
  const ended = scene.supervise(id, worker);
  const page = await pages.open(`/runs/${id}`);
  await see(page.locator('.run-standing [data-status="running"]'));
  await seeNone(page.getByRole("button", { name: "Delete" }));
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await see(page.locator('.run-standing [data-status="cancelled"]'));
  await see(page.getByText("cancelled; asked by api"));
  await ended;
  await page.getByRole("button", { name: "Retry" }).click();
  await see(page.locator('.run-standing [data-status="running"]'));
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByRole("button", { name: "Cancel the run" }).click();
  await see(page.locator('.run-standing [data-status="cancelled"]'));
  await page.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("button", { name: "Delete the run" }).click();
  await see(page.getByRole("heading", { name: "This run was deleted" }));
});

test("a run that waits is held by Pause and goes on by Resume", { timeout: patienceMs }, async () => {
  const id = await queue(await pages.scene.ledger(), {
    kind: "scenario",
    subject: await unknown(),
  });
  const page = await pages.open(`/runs/${id}`);
  await page.getByRole("button", { name: "Pause" }).click();
  await see(page.locator('.run-standing [data-status="paused"]'));
  await seeNone(page.getByRole("button", { name: "Pause" }));
  await page.getByRole("button", { name: "Resume" }).click();
  await see(page.locator('.run-standing [data-status="queued"]'));
});

test("output is followed while it is printed, and searched", { timeout: patienceMs }, async () => {
  const { scene } = pages;
  const worker = await scene.worker();
  const file = join(scene.folder, "go-on");
  const id = await scene.queue(program(fixture("waits-for-file.mjs", file, "40")), worker);
  const ended = scene.supervise(id, worker);
  const page = await pages.open(`/runs/${id}/logs`);
  await see(page.locator(".log-line").getByText("ready"));
  writeFileSync(file, "");
  await see(page.locator('[data-line="41"]'));
  await ended;
  await page.getByRole("searchbox", { name: "Search in the output" }).fill("READY");
  await see(page.getByText("1 of 1", { exact: true }));
  await see(page.locator(".log-line.is-chosen").getByText("ready"));
});

test("a failed run says why in the words of the evidence", { timeout: patienceMs }, async () => {
  const { scene } = pages;
  const run = await scene.run(program(["sh", "-c", "echo last words >&2; kill -9 $$"]), await scene.worker());
  const page = await pages.open(`/runs/${run.id}`);
  await see(page.locator('.run-standing [data-status="failed"]'));
  const facts = page.locator(".panel", { has: page.getByRole("heading", { name: "Why it ended so" }) });
  await see(facts.getByText(/killed by signal/).first());
  await see(facts.getByText("last words"));
});

test("a run that is not there is an error with its code, and no status", { timeout: patienceMs }, async () => {
  const page = await pages.open("/runs/01a201c5-bf07-7467-aa3d-b1f17d20ee53", { isSilent: false });
  await see(page.getByText("run.not-found"));
  expect(
    await page
      .locator("[data-status]")
      .filter({ hasNotText: /Runs|Experiments/ })
      .count(),
  ).toBe(0);
});

/** A subject that no worker here can open is never begun: it waits. */
async function unknown() {
  const digest = await (await pages.scene.ledger()).putBlob(Buffer.from("nothing"));
  return { kind: "scenario" as const, id: "waits", digest };
}
