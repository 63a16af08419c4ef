// Pictures of every page in both themes, for docs/images/: a real server, real runs, a real browser. Run it after a page
// has changed: `npm run screenshots`. Names of pages given as arguments limit it to them.

import { cpSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { diesAtLine } from "../tests/faults/broken-runners.ts";
import { openPages, type Pages, see } from "../tests/pages/open-pages.ts";
import { benchmark001, program, repository, type Scene } from "../tests/scene.ts";

const folder = fileURLToPath(new URL("../docs/images/", import.meta.url));
const bytesMax = 200 * 1024;
const wanted = process.argv.slice(2);

type View = { name: string; path: string; sign: string; viewport?: { width: number; height: number } };

mkdirSync(folder, { recursive: true });
await using pages = await openPages({ hasWorker: false, foldersOf });
const made = await makeRuns(pages.scene);
try {
  for (const view of views(made)) {
    if (wanted.length > 0 && !wanted.includes(view.name)) continue;
    for (const theme of ["light", "dark"] as const) await take(pages, view, theme);
  }
} finally {
  await pages.closeWindows();
  await pages.scene.cancel(made.working, 0);
  await made.ended;
}

/** The benchmarks as a project has them: in a folder beside its ledger, named from there. */
function foldersOf(scene: Scene): string[] {
  cpSync(`${repository}benchmarks`, join(scene.folder, "benchmarks"), { recursive: true });
  return ["benchmarks"];
}

type Made = {
  completed: string;
  failed: string;
  retried: string;
  working: string;
  experiment: string;
  ended: Promise<unknown>;
};

function views({ completed, failed, retried, working, experiment }: Made): View[] {
  const phone = { width: 390, height: 844 };
  return [
    { name: "runs", path: "/", sign: "[data-run]" },
    { name: "runs-phone", path: "/", sign: "[data-run]", viewport: phone },
    { name: "run", path: `/runs/${completed}`, sign: ".life li" },
    { name: "run-phone", path: `/runs/${completed}`, sign: ".life li", viewport: phone },
    { name: "run-failed", path: `/runs/${failed}`, sign: ".said" },
    { name: "run-working", path: `/runs/${working}`, sign: ".life li" },
    { name: "run-timeline", path: `/runs/${completed}/timeline`, sign: ".bar" },
    { name: "run-steps", path: `/runs/${completed}/steps`, sign: ".story-row" },
    { name: "run-transactions", path: `/runs/${completed}/transactions`, sign: ".instructions" },
    { name: "run-flow", path: `/runs/${completed}/flow`, sign: ".diagram img" },
    { name: "run-logs", path: `/runs/${failed}/logs?stream=stderr`, sign: ".log-line" },
    { name: "run-events", path: `/runs/${completed}/events?seq=9`, sign: "[data-as-of]" },
    { name: "run-attempts", path: `/runs/${retried}/steps`, sign: ".story-row" },
    { name: "experiments", path: "/experiments", sign: "h1" },
    { name: "experiment", path: `/experiments/${experiment}`, sign: ".matrix" },
    { name: "benchmarks", path: "/benchmarks", sign: ".result-grid" },
    { name: "agents", path: "/agents", sign: "h1" },
    { name: "compare", path: `/compare?a=${completed}&b=${failed}`, sign: "h1" },
    { name: "new-run", path: "/new?benchmark=001-sol-transfer", sign: "[data-command]" },
    { name: "system", path: "/system", sign: "h1" },
  ];
}

/** Runs as they come about in a day's work: a suite, a command that fails, one that goes on, one that waits. */
async function makeRuns(scene: Scene): Promise<Made> {
  await scene.cli("run", "benchmarks", "-j", "2", "--quiet");
  const ledger = await scene.ledger();
  const experiment = (await ledger.listExperiments({ pageSize: 1 })).experiments[0]?.id ?? "";
  const worker = await scene.worker();
  const completed = (await scene.run(benchmark001(), worker)).id;
  const script = 'echo "loading 3 tables"; echo "step 2: paying 15 USDC" >&2; echo "no route to host" >&2; exit 3';
  const failed = (await scene.run(program(["sh", "-c", script]), worker)).id;
  const dying = await scene.worker({ url: scene.faultyRunner("dies", diesAtLine(5, "after")) });
  const retried = (await scene.run(benchmark001(), dying)).id;
  await ledger.execute(retried, { type: "retry", claim: worker.newClaim() }, "test");
  await scene.supervise(retried, worker);
  const working = await scene.queue(program(["sh", "-c", "sleep 600"]), worker);
  const ended = scene.supervise(working, worker);
  await scene.queue(benchmark001(), null);
  return { completed, failed, retried, working, experiment, ended };
}

async function take(from: Pages, view: View, theme: "light" | "dark"): Promise<void> {
  const viewport = view.viewport ?? { width: 1280, height: 720 };
  const page = await from.open(view.path, { colorScheme: theme, viewport, isSilent: false });
  await see(page.locator(view.sign));
  await see(page.locator("h1"));
  // What is still being read shows the shape of rows; a picture is taken of what they hold.
  await page.locator(".skeleton").first().waitFor({ state: "detached" });
  const path = join(folder, `${view.name}-${theme}.png`);
  await page.screenshot({ path, animations: "disabled" });
  const bytes = statSync(path).size;
  console.log(`${path.slice(repository.length)}  ${Math.round(bytes / 1024)} KiB`);
  if (bytes > bytesMax) throw new Error(`${path} has ${bytes} bytes, more than ${bytesMax}`);
  await page.context().close();
}
