// An experiment with more cells than are drawn or read at once: all of them are reached, and what is shown is said.

import { afterAll, afterEach, beforeAll, test } from "vitest";
import { samplePlan } from "../../src/ledger/contract/experiments.contract.ts";
import { openPages, type Pages, see, untilHolds } from "./open-pages.ts";

const patienceMs = 120_000;
const [subjects, trials] = [450, 12];
let pages: Pages;
let ids: string[] = [];

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  const ledger = await pages.scene.ledger();
  const planned: string[] = [];
  for (let made = 0; made < 2; made += 1) {
    const plan = await samplePlan(ledger, { subjects, trials });
    await ledger.planExperiment(plan, "test");
    planned.push(plan.id);
  }
  ids = planned;
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

test("the matrix holds every cell, and draws more subjects as its end comes into sight", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open(`/experiments/${ids[0]}`);
  await see(page.getByText("200 of 450 subjects; more come as you scroll."));
  const drawn = "document.querySelectorAll('.matrix .trial').length";
  await untilHolds(page, `${drawn} === ${200 * trials}`);
  const rows = "document.querySelectorAll('.matrix tbody tr').length";
  const scroll = "document.querySelector('.matrix p')?.scrollIntoView()";
  await untilHolds(page, `(${scroll}, ${rows} === 450)`);
  await untilHolds(page, `${drawn} === ${subjects * trials}`);
});

test("two of them are compared whole", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/compare?of=experiments&a=${ids[0]}&b=${ids[1]}`);
  await see(page.getByText("300 of 5,400 pairs; more come as you scroll."));
  await see(page.getByRole("button", { name: /no verdict 5,400/ }));
});
