// Experiments, benchmarks, agents and comparisons in a real browser, on runs that real runners made: what they show, live,
// and what is started and stopped from them.

import { appendFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { repository, type Scene, until } from "../scene.ts";
import { openPages, type Pages, see, seeNone } from "./open-pages.ts";

const patienceMs = 180_000;
const ids = ["001-sol-transfer", "002-spl-transfer", "003-spl-transfer-fail"];
const less = [
  { tool: "sol_transfer", args: { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 10_000_000 } },
  { tool: "submit", args: {} },
];

let pages: Pages;

beforeAll(async () => {
  pages = await openPages({ foldersOf });
}, patienceMs);
afterAll(async () => pages?.[Symbol.asyncDispose](), patienceMs);

/** A folder of its own, since tests write into it. */
function foldersOf({ folder }: Scene): string[] {
  const benchmarks = join(folder, "benchmarks");
  mkdirSync(benchmarks);
  for (const id of ids) cpSync(join(repository, `benchmarks/${id}.yml`), fileOf(folder, id));
  return [benchmarks];
}

function fileOf(folder: string, id: string): string {
  return join(folder, "benchmarks", `${id}.yml`);
}

async function call(method: string, path: string, body?: object) {
  const response = await fetch(`${pages.url}/api/v1${path}`, {
    method,
    ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  expect(response.ok, `${method} ${path} ${response.status}`).toBe(true);
  // biome-ignore lint/suspicious/noExplicitAny: the answers' schemas are tested elsewhere
  return (await response.json()) as any;
}

async function limitAgent(max: number | null): Promise<void> {
  await call("PUT", "/limits", { key: "agent:deterministic", max });
}

test("pages without anything to show say so, and what would change it", { timeout: patienceMs }, async () => {
  const page = await pages.open("/experiments");
  await see(page.getByRole("heading", { name: "No experiments yet" }));
  await page.getByRole("link", { name: "Agents" }).click();
  await see(page.getByRole("heading", { name: "No agent has an ended run of a benchmark yet" }));
  await see(page.getByRole("row", { name: /glm-4\.6 missing ZAI_API_KEY/ }));
  await page.getByRole("link", { name: "Compare" }).click();
  await see(page.getByRole("heading", { name: "Choose two runs" }));
});

test("a suite is started from the grid, and its results come into the matrix and the grid by themselves", {
  timeout: patienceMs,
}, async () => {
  const grid = await pages.open("/benchmarks");
  const page = await pages.open("/benchmarks");
  await see(page.getByText("3 benchmarks"));
  await page.getByRole("checkbox", { name: `Choose ${ids[0]}` }).check();
  await page.getByRole("checkbox", { name: `Choose ${ids[2]}` }).check();
  await page.getByRole("button", { name: "Run 2 chosen" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Trials of each").fill("2");
  await dialog.getByLabel("Name (optional)").fill("from the grid");
  await see(dialog.getByText("4 runs", { exact: true }));
  await dialog.getByRole("button", { name: "Start 4 runs" }).click();
  await see(page.getByRole("heading", { level: 1, name: "from the grid" }));
  await page.locator("[data-look=passed]").nth(3).waitFor({ timeout: patienceMs });
  await see(page.getByText("4 passed"));
  await see(page.getByText("2 benchmarks × deterministic × 2 trials = 4 runs; 4 ended"));
  // Wilson of 4 of 4.
  await see(page.getByText("51–100 %"));
  expect(await grid.locator(".result [data-look=passed]").count()).toBe(2);
});

test("the history of a cell shows on hover and on focus, and Escape takes it away", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/benchmarks");
  const cell = page.getByRole("link", { name: /^deterministic: completed, passed/ }).first();
  await cell.hover();
  const card = page.getByRole("tooltip");
  await see(card.getByText("2 of 2 with a verdict passed"));
  await page.keyboard.press("Escape");
  await seeNone(card);
  await page.mouse.move(0, 0);
  await cell.focus();
  await see(card.getByText(/completed, passed, score 1\.000000/));
});

test("sync tells what was added, changed, removed and could not be read, and why", {
  timeout: patienceMs,
}, async () => {
  const { folder } = pages.scene;
  const page = await pages.open("/benchmarks");
  await see(page.getByText("3 benchmarks"));
  appendFileSync(fileOf(folder, ids[0] ?? ""), "metadata: {touched: yes}\n");
  rmSync(fileOf(folder, ids[1] ?? ""));
  writeFileSync(fileOf(folder, "004-broken"), "id: 004-broken\nprompt: nothing else\n");
  cpSync(join(repository, "benchmarks/008-wrap-sol.yml"), fileOf(folder, "008-wrap-sol"));
  await page.reload();
  await see(page.getByRole("row", { name: new RegExp(`${ids[0]}.*file changed`) }));
  await page.getByRole("button", { name: "Sync" }).click();
  await see(
    page.getByText(
      "1 added (008-wrap-sol) · 1 changed (001-sol-transfer) · 1 removed (002-spl-transfer) · 1 unchanged · 1 failed",
    ),
  );
  await see(page.getByRole("heading", { name: "1 file could not be read" }));
  await see(page.getByText("benchmark.invalid"));
  await see(page.getByRole("rowheader", { name: "008-wrap-sol" }));
  await seeNone(page.getByRole("rowheader", { name: "002-spl-transfer" }));
  // The result is of the content as it was before.
  await see(page.getByRole("link", { name: /of an earlier content/ }));
  rmSync(fileOf(folder, "004-broken"));
  await page.getByRole("button", { name: "Sync" }).click();
  await seeNone(page.getByRole("heading", { name: "1 file could not be read" }));
});

test("a run whose benchmark holds something else by now says so, in its page and in the list", {
  timeout: patienceMs,
}, async () => {
  const { folder } = pages.scene;
  const file = fileOf(folder, ids[2] ?? "");
  const before = readFileSync(file, "utf8");
  const { runs } = await call("GET", `/runs?benchmark=${ids[2]}&pageSize=1`);
  const page = await pages.open(`/runs/${runs[0].id}`);
  await see(page.locator(".run-standing [data-status]"));
  expect(await page.getByText("has changed since this run").count()).toBe(0);
  writeFileSync(file, before.replace(/^prompt: /m, "prompt: Please. "));
  await call("POST", "/sync");
  await page.reload();
  await see(page.getByText("has changed since this run"));
  await page.goto(`${pages.url}/?benchmark=${ids[2]}`);
  await see(page.locator("[data-run]").first().getByText("benchmark changed since"));
  writeFileSync(file, before);
  await call("POST", "/sync");
  await page.reload();
  await see(page.locator("[data-run]"));
  expect(await page.getByText("benchmark changed since").count()).toBe(0);
});

test("the file of a benchmark is shown to who has signed in, and to nobody else", { timeout: patienceMs }, async () => {
  const page = await pages.open(`/benchmarks/${ids[0]}`);
  await see(page.getByRole("heading", { name: "The file is shown to those who have signed in" }));
  expect(await page.content()).not.toContain("ground_truth");
  await pages.signIn(page);
  await page.goto(`${pages.url}/benchmarks/${ids[0]}`);
  await see(page.getByText("ground_truth:"));
  await see(page.getByText("metadata: {touched: yes}"));
  await see(page.getByText(/last changed/).locator("time"));
  await see(page.getByText("earlier", { exact: true }));
});

test("an experiment is paused, resumed, cancelled and retried, each after its price was told", {
  timeout: patienceMs,
}, async () => {
  await limitAgent(0);
  const { id } = await call("POST", "/experiments", { benchmarks: [ids[0]], trials: 2, name: "held" });
  const page = await pages.open("/experiments");
  await page.getByRole("link", { name: "held" }).click();
  const dialog = page.getByRole("dialog");
  await verb(page, "Pause", "Pause them");
  await see(page.getByText("2 paused"));
  await page.getByRole("button", { name: "Resume" }).click();
  await see(dialog.getByText("Would run again: 2 runs (2 paused)."));
  await see(dialog.getByText("None of them calls a model by itself: no model call is paid for."));
  await dialog.getByRole("button", { name: "Run 2 runs again" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await see(page.getByText("2 waiting"));
  await verb(page, "Cancel", "Cancel them");
  await see(page.getByText("2 unscored"));
  await see(page.getByText("2 cancelled"));
  await page.getByRole("button", { name: "Retry" }).click();
  await dialog.getByRole("radio", { name: /Failed/ }).check();
  await see(dialog.getByText("No run is in a state for this."));
  await dialog.getByRole("radio", { name: /Unscored/ }).check();
  await see(dialog.getByText("Would run again: 2 runs (2 cancelled)."));
  await dialog.getByRole("button", { name: "Run 2 runs again" }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  await limitAgent(null);
  await page.locator("[data-look=passed]").nth(1).waitFor({ timeout: patienceMs });
  expect(await call("GET", `/experiments/${id}`)).toMatchObject({ passed: 2, unscored: {} });
});

async function verb(page: Page, name: string, button: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: button }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Close" }).click();
}

test("two runs are compared in one sentence and call by call, and swapped", { timeout: patienceMs }, async () => {
  const { scene } = pages;
  writeFileSync(join(scene.folder, "less.jsonl"), less.map((one) => `${JSON.stringify(one)}\n`).join(""));
  const agents = ["--agent", "deterministic", "--agent", "scripted", "--script", join(scene.folder, "less.jsonl")];
  const file = fileOf(scene.folder, ids[0] ?? "");
  const done = await scene.cli("run", file, ...agents, "--seed", "7", "--name", "both", "--json");
  const { runs } = JSON.parse(done.stdout) as { runs: { id: string; agent: { name: string } }[] };
  const idOf = (agent: string) => runs.find((run) => run.agent.name === agent)?.id ?? expect.fail(done.stdout);
  const page = await pages.open("/compare");
  await page.getByLabel(/^A:/).fill(idOf("deterministic"));
  // The end of an id is enough for one of the newest.
  await page.getByLabel(/^B:/).fill(idOf("scripted").slice(-12));
  await page.keyboard.press("Enter");
  await see(
    page.getByText(
      "They part at the first call: A called sol_transfer with lamports 100000000, B with lamports 10000000.",
    ),
  );
  await see(page.locator('[data-difference="arguments"]'));
  await see(page.locator('[data-difference="none"]'));
  const parts = page.getByRole("region", { name: "Parts of the score" });
  await see(
    parts.getByRole("row", { name: /RECIPIENT_WALLET_PUBKEY holds 100000000 lamports holds 100000000 does not hold/ }),
  );
  await page.getByRole("button", { name: "Swap A and B" }).click();
  await see(page.getByText("A called sol_transfer with lamports 10000000, B with lamports 100000000."));
  expect(new URL(page.url()).searchParams.get("a")).toBe(idOf("scripted"));
});

test("two experiments are compared cell by cell, with their flips", { timeout: patienceMs }, async () => {
  const { experiments } = await call("GET", "/experiments");
  const named = (name: string) => experiments.find((one: { name: string }) => one.name === name).id;
  const page = await pages.open(`/compare?of=experiments&a=${named("both")}&b=${named("from the grid")}`);
  await see(page.getByText("No verdict flips in 1 pair."));
  await see(page.getByText("Without a counterpart: 1 cell of A, 3 cells of B."));
  const { scene } = pages;
  const file = fileOf(scene.folder, ids[0] ?? "");
  await scene.cli(
    "run",
    file,
    file.replace(ids[0] ?? "", "008-wrap-sol"),
    "--agent",
    "scripted",
    "--script",
    join(scene.folder, "less.jsonl"),
    "--name",
    "alone",
  );
  const alone = (await call("GET", "/experiments")).experiments[0].id;
  await page.goto(`${pages.url}/compare?of=experiments&a=${alone}&b=${named("held")}`);
  await see(page.getByText("From A to B 1 cell is gained and 0 lost, of 1 pair."));
  await see(page.getByText(/exact sign test, p = 1\.000/));
  await page.getByRole("link", { name: "side by side" }).click();
  await see(
    page.getByText(
      "They part at the first call: A called sol_transfer with lamports 10000000, B with lamports 100000000.",
    ),
  );
});

test("agents have their rates with interval and n, their cells, and a history that is drawn", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/agents");
  const { agents } = await call("GET", "/agent-performance?reference=true");
  const [best] = agents;
  const row = page.getByRole("row", { name: new RegExp(`^${best.agent} `) });
  await see(row.getByText(`${best.passed}/${best.n}`));
  await see(row.getByRole("link", { name: /^001-sol-transfer: \d+ of \d+ scored passed/ }));
  await row.getByRole("link", { name: best.agent, exact: true }).click();
  await see(page.getByRole("heading", { level: 1, name: best.agent }));
  await see(page.locator(".recharts-surface"));
  const points = await page.locator(".chart-point").count();
  expect(points).toBe(best.n);
  // By force: once the pointer is there, the chart's own mark of the point lies above it.
  await page.locator(".chart-point").last().hover({ force: true });
  await see(page.locator(".chart-card").getByText(/score 1\.000000, passed/));
  await see(page.getByRole("row", { name: /^001-sol-transfer/ }));
});

test("what runs at this moment is drawn as running, and what has ended as it ended", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/experiments");
  await limitAgent(0);
  const { id } = await call("POST", "/experiments", { benchmarks: [ids[0]], name: "live" });
  await see(page.getByRole("link", { name: "live" }));
  await page.goto(`${pages.url}/experiments/${id}`);
  await see(page.locator("[data-look=waiting]"));
  await limitAgent(null);
  await see(page.locator("[data-look=passed]"));
  await until("the ledger says the same", async () => (await call("GET", `/experiments/${id}`)).passed === 1);
});
