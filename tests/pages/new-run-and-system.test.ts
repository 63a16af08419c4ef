// The pages on which one acts beside the lists: a new run from its form, and the system with its limits and its
// verification, in a real browser on real runs.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { program, repository, until } from "../scene.ts";
import { openPages, type Pages, see, seeNone } from "./open-pages.ts";

const patienceMs = 180_000;
let pages: Pages;
let worker: ChildProcess;

beforeAll(async () => {
  pages = await openPages({ hasWorker: false });
  // A worker as a user has it, in a process of its own, without the keys that this one may have.
  const { ZAI_API_KEY: _, ...env } = process.env;
  const args = [join(repository, "bin/runledger.mjs"), "worker", "--slots", "2", "--drain"];
  worker = spawn(process.execPath, args, { cwd: pages.scene.folder, env, stdio: "ignore" });
  await until("the worker is there", async () => (await get("/workers")).workers.length === 1, patienceMs);
}, patienceMs);
afterAll(async () => {
  await endWorker();
  await pages?.[Symbol.asyncDispose]();
}, patienceMs);

/** It waits for its runs; none of them may be without an end, whatever a test has left. */
async function endWorker(): Promise<void> {
  if (worker === undefined) return;
  const { runs } = await get("/runs?status=queued,starting,running,paused&pageSize=500");
  for (const { id } of runs) await fetch(`${pages.url}/api/v1/runs/${id}:cancel`, { method: "POST" });
  const gone = worker.exitCode === null ? once(worker, "exit") : null;
  worker.kill("SIGTERM");
  await gone;
}

async function get(path: string) {
  // biome-ignore lint/suspicious/noExplicitAny: the answers' schemas are tested elsewhere
  return (await (await fetch(`${pages.url}/api/v1${path}`)).json()) as any;
}

/** The run whose page is open. */
async function openedRun(page: Page) {
  await page.waitForURL(/\/runs\//);
  return get(`/runs/${new URL(page.url()).pathname.split("/")[2]}`);
}

test("a run is started from the form, and the command that it shows makes the same run", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/new?benchmark=001-sol-transfer");
  await see(page.getByText("Send 0.1 SOL to a recipient."));
  await page.getByLabel(/^Seed/).fill("7");
  await page.getByLabel(/^Name/).fill("typed here");
  await page.getByLabel(/^Labels/).fill("team=a\nwhy=it's new");
  await page.getByLabel("Priority").selectOption("high");
  await page.getByText("Limits", { exact: true }).click();
  await page.getByLabel("turns").fill("5");
  await page.getByLabel("wall_s").fill("none");
  const line = (await page.locator("[data-command]").textContent())?.trim() ?? "";
  await page.getByRole("button", { name: "Start the run" }).click();
  const started = await openedRun(page);
  const expected = {
    ...{ name: "typed here", seed: 7, priority: "high", labels: { team: "a", why: "it's new" } },
    ...{ subject: started.subject, agent: started.agent, limits: { ...started.limits, turns: 5, wall_s: null } },
  };
  expect(started).toMatchObject(expected);
  await until("it has passed", async () => (await get(`/runs/${started.id}`)).passed, patienceMs);
  expect(line).toMatch(/^npx runledger run \S*001-sol-transfer\.yml --agent deterministic --seed 7 .* --queue$/);
  // As a shell would take it, where the server's folders are.
  const words = shellWords(
    line.replace(/^npx runledger /, "").replace(/\S*001-sol/, `${repository}benchmarks/001-sol`),
  );
  await pages.scene.cli(...words);
  expect((await get("/runs?pageSize=1")).runs[0]).toMatchObject(expected);
});

function shellWords(line: string): string[] {
  const text = execFileSync("sh", ["-c", `printf '%s\\0' ${line}`], { encoding: "utf8" });
  return text.split("\0").slice(0, -1);
}

test("a faulty field is told beside it by the same rules as on the server, and nothing is started", {
  timeout: patienceMs,
}, async () => {
  const before = (await get("/runs?pageSize=500")).runs.length;
  const page = await pages.open("/new");
  await page.getByText("Limits", { exact: true }).click();
  await page.getByLabel("turns").fill("1.5");
  await see(page.getByRole("alert").getByText(/int|whole/i));
  await page.getByLabel(/^Seed/).fill("-3");
  await page.getByRole("button", { name: "Start the run" }).click();
  await see(page.getByText(/3 fields need another value/));
  await see(page.getByText("Fill in what is missing, and the command stands here."));
  // What only the server can know, it says in its own words.
  await page.getByLabel("turns").fill("");
  await page.getByLabel(/^Seed/).fill("");
  await page.getByLabel("Benchmark").fill("001-sol-transfr");
  await see(page.getByText("The catalog has no benchmark of this id."));
  const other = await pages.open("/new?benchmark=001-sol-transfr", { isSilent: false });
  await other.getByRole("button", { name: "Start the run" }).click();
  await see(other.getByRole("alert").getByText(/there is no benchmark "001-sol-transfr".*001-sol-transfer/));
  expect((await get("/runs?pageSize=500")).runs.length).toBe(before);
});

test("a benchmark is typed on the page and run", { timeout: patienceMs }, async () => {
  const page = await pages.open("/new");
  await page.getByRole("radio", { name: "typed here" }).check();
  await page.getByLabel("Id", { exact: true }).fill("typed");
  const yaml = [
    ...["id: typed", "description: Typed into a page.", "prompt: What is 6 x 7?"],
    ...["ground_truth: {answer_assertions: [{type: Equals, value: '42'}]}"],
    ...["solution: [{tool: answer, args: {text: '42'}}]"],
  ];
  await page.getByLabel(/^YAML/).fill(yaml.join("\n"));
  await see(page.locator("[data-command]").getByText("npx runledger run typed.yml --agent deterministic --queue"));
  await page.getByRole("button", { name: "Start the run" }).click();
  const run = await openedRun(page);
  await until("it has passed", async () => (await get(`/runs/${run.id}`)).passed, patienceMs);
});

test("an agent that lacks its key can be chosen knowingly, and its run says in the queue what it waits for", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/new?benchmark=001-sol-transfer");
  await see(page.getByText("this server lacks ZAI_API_KEY"));
  await page.getByRole("checkbox", { name: "deterministic" }).uncheck();
  await page.getByRole("checkbox", { name: /^glm-4\.6 this/ }).check();
  await page.getByRole("button", { name: "Start the run" }).click();
  const run = await openedRun(page);
  await page.goto(`${pages.url}/system`);
  const queue = page.getByRole("region", { name: "Queue" });
  await see(queue.getByText("1 run waits"));
  await see(queue.getByRole("row", { name: /no worker has ZAI_API_KEY/ }));
  await fetch(`${pages.url}/api/v1/runs/${run.id}:cancel`, { method: "POST" });
  await see(queue.getByText("nothing waits"));
});

test("the system says who works on what, live, and a limit that is set here holds until it is lifted", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/system");
  const workers = page.getByRole("region", { name: "Workers" });
  await see(workers.getByText("alive"));
  await see(workers.getByText(/0 of 2 slots in use/));
  const limits = page.getByRole("region", { name: "Limits" });
  await limits.getByLabel("New limit on").fill("agents:deterministic");
  await see(limits.getByText(/did you mean agent:/));
  await limits.getByLabel("New limit on").fill("agent:deterministic");
  await limits.getByLabel("Runs at once", { exact: true }).fill("0");
  await limits.getByRole("button", { name: "Set" }).last().click();
  await see(limits.getByRole("row", { name: /agent:deterministic 0 of 0/ }));
  const id = await queueRun();
  const queue = page.getByRole("region", { name: "Queue" });
  await see(queue.getByRole("row", { name: /limit agent:deterministic: 0 of 0 in use/ }));
  await limits.getByLabel("Runs at once of agent:deterministic").fill("3");
  await limits.getByRole("row").getByRole("button", { name: "Set" }).click();
  await see(queue.getByText("nothing waits"));
  await until("the run has ended", async () => (await get(`/runs/${id}`)).endedAt, patienceMs);
  await limits.getByRole("button", { name: "Lift" }).click();
  await see(limits.getByText(/None is set/));
});

async function queueRun(): Promise<string> {
  const response = await fetch(`${pages.url}/api/v1/runs`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ benchmark: "001-sol-transfer" }),
  });
  return ((await response.json()) as { id: string }).id;
}

test("a run that is under way stands with the worker that supervises it", { timeout: patienceMs }, async () => {
  const page = await pages.open("/system");
  const workers = page.getByRole("region", { name: "Workers" });
  const { scene } = pages;
  const id = await scene.queue(program(["sleep", "600"]), null);
  await see(workers.locator(`a[href="/runs/${id}"]`));
  await see(workers.getByText("1 of 2 slots in use"));
  await see(workers.locator('[data-status="running"]'));
  await scene.cancel(id, 0);
  await seeNone(workers.locator(`a[href="/runs/${id}"]`));
});

test("verification says that nothing differs, and after damage what differs, by run", {
  timeout: patienceMs,
}, async () => {
  const page = await pages.open("/system");
  const verification = page.getByRole("region", { name: "Verification" });
  await verification.getByRole("button", { name: "Verify" }).click();
  await see(
    verification.getByText("No difference in the whole ledger: events, projections, journals and files agree."),
  );
  const { runs } = await get("/runs?status=completed&pageSize=1");
  const journal = join(pages.scene.folderOf(runs[0].id), "journal.jsonl");
  appendFileSync(journal, '{"n":1,"made":"up"}\n');
  await verification.getByLabel(/^Runs by their whole ids/).fill("ffff");
  await see(verification.getByText("No whole id: ffff"));
  await verification.getByLabel(/^Runs by their whole ids/).fill(runs[0].id);
  await verification.getByRole("button", { name: "Verify" }).click();
  await see(verification.getByText("1 difference in 1 run."));
  await see(verification.getByRole("row", { name: /journal/ }));
});

test("the ledger's size, head and feed are told, and follow what happens", { timeout: patienceMs }, async () => {
  const page = await pages.open("/system");
  const ledger = page.getByRole("region", { name: "Ledger" });
  await see(ledger.getByText(/^SQLite 3\./));
  await see(ledger.getByText(/MiB \([\d,]+ bytes\)|KiB \([\d,]+ bytes\)/));
  await see(ledger.getByText("at the head: 0 events behind"));
  const before = (await get("/system")).ledger.head;
  await see(ledger.getByText(before));
  await queueRun();
  await seeNone(ledger.getByText(before, { exact: true }));
});
