// What holds on the pages beside runs: nothing that axe finds in either theme, no sideways scrolling on a phone, an error
// with another try where something cannot be read, and hostile text that stays text.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { samplePlan } from "../../src/ledger/contract/experiments.contract.ts";
import { agentOf, complete, queue } from "../../src/ledger/contract/samples.contract.ts";
import { until } from "../scene.ts";
import { violations } from "./axe.ts";
import { openPages, type Pages, see } from "./open-pages.ts";

const patienceMs = 180_000;
/** It would do something in every place that takes text for more than text. */
const hostile = `"><img src=x onerror="window.hit=1"><script>window.hit=1</script>\u202e</style>'`;

let pages: Pages;
let experiments: string[];
let runs: string[];

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  const ledger = await pages.scene.ledger();
  experiments = [];
  for (const name of [hostile, "plain"]) {
    const plan = await samplePlan(ledger, { subjects: 2, trials: 2 });
    const [planned] = plan.agents;
    if (planned === undefined) throw new Error("the sample plan has an agent");
    const other = agentOf(hostile, "other");
    if (other === null) throw new Error("it has a name");
    const agents = [planned, { identity: other, params: {} }];
    const conditions = [
      { name: "base", set: {} },
      { name: hostile, set: {} },
    ];
    experiments.push((await ledger.planExperiment({ ...plan, name, agents, conditions }, "test")).id);
  }
  const digest = await ledger.putBlob(Buffer.from("x"));
  const subject = { kind: "benchmark" as const, id: "001-sol-transfer", digest };
  runs = [];
  for (const name of [hostile, "plain"]) {
    runs.push((await complete(ledger, { name, subject, agent: agentOf(hostile, "agent"), who: hostile })).runId);
  }
  await queue(ledger, { name: hostile, subject, labels: { [hostile]: hostile } });
  await ledger.record({ type: "limit.set", data: { key: `agent:${hostile}`, max: 1, who: "test" } }, "test");
  await upsert();
}, patienceMs);
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

/** A benchmark with something hostile in each text. */
async function upsert(): Promise<void> {
  const text = JSON.stringify(hostile.replaceAll("\u202e", ""));
  const yaml = [
    ...["id: 000-hostile", `description: ${text}`, `tags: [${text}]`, `metadata: {why: ${text}}`, `prompt: ${text}`],
    ...[`ground_truth: {answer_assertions: [{type: Equals, value: ${text}}]}`],
  ];
  const response = await fetch(`${pages.url}/api/v1/upsert-yml`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ yaml: yaml.join("\n") }),
  });
  expect(response.status, await response.text()).toBe(200);
}

const places: [name: string, path: () => string, sign: string][] = [
  ["the list of experiments", () => "/experiments", ".count-bar"],
  ["an experiment", () => `/experiments/${experiments[0]}`, ".trial[data-look]"],
  ["the grid", () => "/benchmarks", ".result-grid .result"],
  ["a benchmark", () => "/benchmarks/000-hostile", ".benchmark-prompt"],
  ["agents", () => "/agents", ".agent-cell"],
  ["an agent", () => `/agents/${encodeURIComponent(hostile)}`, ".chart-point"],
  ["two runs", () => `/compare?a=${runs[0]}&b=${runs[1]}`, ".compare-said"],
  ["two experiments", () => `/compare?of=experiments&a=${experiments[0]}&b=${experiments[1]}`, "[data-flip]"],
  ["a new run", () => "/new?benchmark=000-hostile", "[data-command], .new-run-summary"],
  ["the system", () => "/system", "text=Position"],
];

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test.for(places)("%s has no violation that axe finds", { timeout: patienceMs }, async ([, path, sign]) => {
    const page = await pages.open(path(), { colorScheme });
    await see(page.locator(sign));
    await openDetails(page);
    expect(await violations(page)).toEqual([]);
  });
});

test.for(places)("%s fits a phone, and hostile text stays text", { timeout: patienceMs }, async ([, path, sign]) => {
  const page = await pages.open(path(), { viewport: { width: 390, height: 844 } });
  await see(page.locator(sign));
  await openDetails(page);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  expect(await page.evaluate("document.querySelector('main').scrollWidth")).toBeLessThanOrEqual(390);
  expect(await page.evaluate("document.querySelector('.page').scrollWidth")).toBeLessThanOrEqual(390);
  expect(await page.evaluate("window.hit ?? null")).toBeNull();
  expect(await page.locator("main img[src=x], main script").count()).toBe(0);
});

const reads: [name: string, path: () => string, route: string][] = [
  ["the list of experiments", () => "/experiments", "**/api/v1/experiments?*"],
  ["an experiment", () => `/experiments/${experiments[0]}`, `**/api/v1/experiments/*`],
  ["its cells", () => `/experiments/${experiments[0]}`, "**/cells?*"],
  ["the grid", () => "/benchmarks", "**/benchmark-results?*"],
  ["a benchmark", () => "/benchmarks/000-hostile", "**/api/v1/benchmarks/000-hostile"],
  ["agents", () => "/agents", "**/agent-performance?*"],
  ["two runs", () => `/compare?a=${runs[0]}&b=${runs[1]}`, "**/steps"],
  ["the system", () => "/system", "**/api/v1/system"],
];

test.for(reads)(
  "%s that cannot be read says why and offers another try, which works",
  {
    timeout: patienceMs,
  },
  async ([, path, route]) => {
    const page = await pages.open("/", { isSilent: false });
    const problem = { type: "about:blank", title: "x", status: 500, code: "internal.bug", instance: "x", data: {} };
    const body = JSON.stringify({ ...problem, detail: "the test refuses", fix: "Nothing." });
    let refused = 0;
    await page.route(route, (asked) => {
      refused += 1;
      return asked.fulfill({ status: 500, contentType: "application/problem+json", body });
    });
    await page.goto(`${pages.url}${path()}`);
    const state = page.locator(".state.is-error").filter({ hasText: "the test refuses" });
    const again = state.first().getByRole("button", { name: "Try again" });
    await see(state);
    const before = refused;
    await again.click();
    await until("the button asks again", () => refused > before);
    await see(state);
    await page.unroute(route);
    // What is live may have healed by itself before the click.
    await again.click({ timeout: 3_000 }).catch(() => undefined);
    await state.first().waitFor({ state: "detached" });
  },
);

test("of an experiment that is not there, the page says so", { timeout: patienceMs }, async () => {
  const page = await pages.open("/experiments/01a201c5-0000-7000-8000-000000000000", { isSilent: false });
  await see(page.getByText("there is no experiment", { exact: false }));
  await page.goto(`${pages.url}/experiments?id=${experiments[1]}`);
  await page.waitForURL(`**/experiments/${experiments[1]}`);
  await see(page.getByRole("heading", { level: 1, name: "plain" }));
});

async function openDetails(page: Page): Promise<void> {
  for (const summary of await page.locator("details:not([open]) > summary").all()) await summary.click();
}
