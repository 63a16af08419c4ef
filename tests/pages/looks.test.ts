// What holds on every page: readable for those who do not see it, in both themes and on a phone; and whatever an agent
// writes stays text.

import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  agentOf,
  conclusionOf,
  endingOf,
  ingest,
  queue,
  start,
  startedRecord,
} from "../../src/ledger/contract/samples.contract.ts";
import { benchmark001, program } from "../scene.ts";
import { violations } from "./axe.ts";
import { openPages, type Pages, see, untilHolds } from "./open-pages.ts";

const patienceMs = 120_000;
/** It would do something in every place that takes text for more than text. */
const hostile =
  '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>`%%{init: {}}%%` click A "javascript:window.hit=1" [x](javascript:window.hit=1) \u202e</style>';

let pages: Pages;
let ids: { completed: string; failed: string; hostile: string };

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  const { scene } = pages;
  const worker = await scene.worker();
  const completed = (await scene.run(benchmark001(), worker)).id;
  const failed = (await scene.run(program(["sh", "-c", "echo said; echo oops >&2; exit 3"]), worker)).id;
  await queue(await scene.ledger(), { labels: { team: "a" } });
  ids = { completed, failed, hostile: await hostileRun() };
}, patienceMs);
afterEach(() => pages.closeWindows());
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

const places: [name: string, path: () => string, sign: string][] = [
  ["the list", () => "/", "[data-run]"],
  ["a completed run", () => `/runs/${ids.completed}`, ".life li"],
  ["a failed run", () => `/runs/${ids.failed}`, ".said"],
  ["a timeline", () => `/runs/${ids.completed}/timeline`, ".bar"],
  ["steps", () => `/runs/${ids.completed}/steps`, ".story-row"],
  ["transactions", () => `/runs/${ids.completed}/transactions`, ".instructions"],
  ["logs", () => `/runs/${ids.failed}/logs`, ".log-line"],
  ["events", () => `/runs/${ids.completed}/events?seq=5`, "[data-as-of]"],
  ["files", () => `/runs/${ids.completed}/files`, ".tab-body, .state"],
];

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test.for(places)("%s has no violation that axe finds", { timeout: patienceMs }, async ([, path, sign]) => {
    const page = await pages.open(path(), { colorScheme });
    await see(page.locator(sign));
    expect(await violations(page)).toEqual([]);
  });
});

test.for(places)("%s fits a phone without scrolling sideways", { timeout: patienceMs }, async ([, path, sign]) => {
  const page = await pages.open(path(), { viewport: { width: 390, height: 844 } });
  await see(page.locator(sign));
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  expect(await page.evaluate("document.querySelector('main').scrollWidth")).toBeLessThanOrEqual(390);
});

test("the theme that was chosen is there before the first paint of the next visit", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/", { colorScheme: "light" });
  await page.getByText("Dark", { exact: true }).check({ force: true });
  await page.reload({ waitUntil: "commit" });
  await untilHolds(page, "document.documentElement !== null");
  await see(page.locator("[data-run]"));
  expect(await page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
  expect(await page.evaluate("getComputedStyle(document.body).colorScheme")).toBe("dark");
});

const tabs = [
  ["overview", ".life li"],
  ["timeline", ".bar"],
  ["steps", ".story-row .message-text"],
  ["transactions", ".state"],
  ["flow", ".diagram img"],
  ["variables", ".state"],
  ["logs", ".log-line"],
  ["events?seq=4", "[data-as-of]"],
  ["files", ".state, table"],
] as const;

test.for(tabs)("hostile text stays text on the tab %s", { timeout: patienceMs }, async ([tab, sign]) => {
  const page = await pages.open(`/runs/${ids.hostile}/${tab}`);
  await see(page.locator(".run-page h1").getByText("<img src=x", { exact: false }));
  await see(page.locator(sign));
  expect(await page.evaluate("window.hit ?? null")).toBeNull();
  expect(await page.locator("main img[src=x], main script").count()).toBe(0);
});

test("hostile text stays text in the list", { timeout: patienceMs }, async () => {
  const page = await pages.open("/");
  await see(page.locator(`[data-run="${ids.hostile}"]`).getByText("<img src=x", { exact: false }));
  expect(await page.evaluate("window.hit ?? null")).toBeNull();
});

/** A run with something hostile in each text that a page shows. */
async function hostileRun(): Promise<string> {
  const ledger = await pages.scene.ledger();
  const digest = await ledger.putBlob(Buffer.from("x"));
  const run = await start(ledger, {
    name: hostile,
    labels: { hostile },
    subject: { kind: "benchmark", id: hostile, digest },
    agent: agentOf(hostile, hostile),
    params: { hostile },
    who: hostile,
  });
  await ingest(
    ledger,
    run,
    startedRecord,
    ["step.started", { step: hostile, description: hostile }],
    ["tool.called", { callId: "1", tool: hostile, args: { [hostile]: hostile, from: hostile, to: hostile } }],
    ["tool.returned", { callId: "1", tool: hostile, ok: false, error: { message: hostile }, ms: 1 }],
    ["agent.messaged", { role: "assistant", text: hostile }],
    ["log.written", { level: "info", message: hostile }],
    ["run.progressed", { done: 1, total: 2, message: hostile }],
    ["step.failed", { step: hostile, error: { code: hostile, origin: "agent", message: hostile } }],
  );
  await ledger.putLog([
    {
      runId: run.runId,
      attempt: 1,
      stream: "stdout",
      offset: 0,
      bytes: Buffer.from(`${hostile}\n\u001b[31m${hostile}\n`),
    },
  ]);
  const error = { code: "agent.failed", origin: "agent" as const, message: hostile };
  const ending = endingOf("er", error);
  ending.evidence.lastStderr = hostile;
  ending.evidence.note = hostile;
  await ledger.conclude(conclusionOf(run, endingOfFailure(ending)));
  return run.runId;
}

/** The end of a runner that exited without a finish record. */
function endingOfFailure(ending: ReturnType<typeof endingOf>): ReturnType<typeof endingOf> {
  return { ...ending, fact: "exit", evidence: { ...ending.evidence, fact: "exit", exit: { code: 1, signal: null } } };
}
