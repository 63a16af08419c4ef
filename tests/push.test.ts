// `runledger push` between real ledgers on SQLite and PostgreSQL: a copy is the run, wherever it came from.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Project } from "../src/cli/project.fixture.ts";
import { samplePlan } from "../src/ledger/contract/experiments.contract.ts";
import { complete, findings, ingest, lose, start, startedRecord } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";

let postgres: RealPostgres;
beforeAll(async () => {
  postgres = await startPostgres();
}, startMsMax);
afterAll(() => postgres?.close());

test("all ended runs go to PostgreSQL and on to another file, and fold to the same everywhere", async () => {
  using here = new Project();
  await here.runledger("import", ".runledger/runs");
  const { runId } = await here.withLedger((ledger) => complete(ledger));
  const queued = await here.queue();
  const { url } = await postgres.newDatabase("migrated");
  here.env.RUNLEDGER_PUSH_TO = url;
  const first = await here.runledger("push", "--json");
  expect([first.code, first.json()]).toMatchObject([
    0,
    { copied: 2, known: 0, open: 1, left: [{ runId: queued, result: "open", why: "it is queued" }] },
  ]);
  expect((await here.runledger("push", "--json")).json()).toMatchObject({ copied: 0, known: 2, open: 1 });
  delete here.env.RUNLEDGER_PUSH_TO;

  using there = new Project();
  there.env.RUNLEDGER_LEDGER = url;
  there.env.RUNLEDGER_HOME = join(there.folder, "home");
  const onwards = await there.runledger("push", "copies/ledger.sqlite", runId.slice(-8), here.runId);
  expect([onwards.code, onwards.stdout]).toEqual([0, expect.stringContaining("copied\t2\n")]);
  for (const id of [runId, here.runId]) {
    const shown = await Promise.all([
      here.runledger("show", id, "--json"),
      there.runledger("show", id, "--json"),
      there.runledger("show", id, "--json", "--ledger", "copies"),
    ]);
    const [mine, ...others] = shown.map(({ json }) => ({
      ...(json() as object),
      position: 0,
      computedAt: "",
      files: null,
    }));
    expect(others).toEqual([mine, mine]);
  }
  expect((await there.runledger("verify")).stdout).toBe("kind\trun\tposition\tdetail\n");
  expect((await there.runledger("verify", "--ledger", "copies")).stdout).toBe("kind\trun\tposition\tdetail\n");
});

test("an experiment is pushed by its id, with its plan and the runs that have ended", async () => {
  using project = new Project();
  const { planned, ended } = await project.withLedger(async (ledger) => {
    const plan = await samplePlan(ledger, { subjects: 3, trials: 1 });
    const experiment = await ledger.planExperiment(plan, "tester");
    const { runs } = await ledger.listRuns({ experimentId: plan.id }, {});
    const runId = runs[0]?.id ?? "";
    await ledger.execute(runId, { type: "cancel", graceMs: 0 }, "tester");
    await complete(ledger);
    return { planned: experiment, ended: runId };
  });
  const pushed = await project.runledger("push", "./other", planned.id, "--json");
  expect([pushed.code, pushed.json()]).toMatchObject([0, { copied: 1, open: 2 }]);
  await using other = await openLedger({ url: join(project.folder, "other"), mustExist: true });
  expect(await other.getExperiment(planned.id)).toMatchObject({ cells: 3, plannedAt: planned.plannedAt });
  expect((await other.listRuns({}, {})).runs.map(({ id }) => id)).toEqual([ended]);
});

test("a run that went on from other events there is named, left as it is, and makes the exit code 1", async () => {
  using project = new Project();
  const again = async (ledger: Ledger, runId: string, who: string) => {
    await ledger.execute(runId, { type: "retry", claim: null }, who);
    await ledger.execute(runId, { type: "cancel", graceMs: 0 }, who);
  };
  const { runId } = await project.withLedger(async (ledger) => {
    const run = await start(ledger);
    await lose(ledger, run);
    return run;
  });
  expect((await project.runledger("push", "./other", runId)).code).toBe(0);
  await project.withLedger((ledger) => again(ledger, runId, "one"));
  await using other = await openLedger({ url: join(project.folder, "other"), mustExist: true });
  await again(other, runId, "another");
  const before = await other.getRun(runId);
  const refused = await project.runledger("push", "./other", "--json");
  expect([refused.code, refused.json()]).toMatchObject([1, { differs: 1, left: [{ runId, result: "differs" }] }]);
  expect(await other.getRun(runId)).toEqual(before);
  await other.execute(runId, { type: "delete", isForced: false }, "another");
  const deleted = await project.runledger("push", "./other", "--json");
  expect([deleted.code, deleted.json()]).toMatchObject([0, { deleted: 1, left: [{ runId, result: "deleted" }] }]);
});

test("a push that is killed goes on where it stopped, also in the middle of a run's output", async () => {
  using project = new Project();
  const size = 3_000_000;
  const bytes = new Uint8Array(size).map((_, index) => index % 251);
  const runIds = await project.withLedger(async (ledger) => {
    const ids: string[] = [];
    for (let i = 0; i < 30; i += 1) ids.push((await complete(ledger)).runId);
    for (const runId of ids) await ledger.putLog([{ runId, attempt: 1, stream: "stdout", offset: 0, bytes }]);
    return ids;
  });
  const { url } = await postgres.newDatabase("migrated");
  await using there = await openLedger({ url, mustExist: true, cwd: project.folder });
  const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
  for (const seen of [1, 11]) {
    const child = spawn(process.execPath, [main, "push", url], { cwd: project.folder, stdio: "ignore" });
    const exited = once(child, "exit");
    const partly = { runId: runIds[seen] ?? "", attempt: 1, stream: "stdout" as const };
    await expect.poll(() => there.logSize(partly), { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    child.kill("SIGKILL");
    await exited;
  }
  expect((await there.listRuns({}, {})).runs.length).toBeLessThan(runIds.length);
  const rest = await project.runledger("push", url, "--json");
  expect([rest.code, rest.json()]).toMatchObject([0, { differs: 0, incomplete: 0 }]);
  for (const runId of runIds) {
    const kept = await there.readLog({ runId, attempt: 1, stream: "stdout", offset: 0, limit: size + 1 });
    expect(Buffer.compare(kept, bytes)).toBe(0);
  }
  expect(await findings(there)).toEqual([]);
});

test("a run of 30,000 events is taken whole, by both databases", async () => {
  using project = new Project();
  const { runId } = await project.withLedger(async (ledger) => {
    const run = await start(ledger);
    await ingest(ledger, run, startedRecord);
    for (let batch = 0; batch < 75; batch += 1) {
      const text = "x".repeat(200);
      await ingest(ledger, run, ...Array.from({ length: 400 }, (): [string, object] => ["x.noted", { batch, text }]));
    }
    await lose(ledger, run);
    return run;
  });
  const { url } = await postgres.newDatabase("migrated");
  expect((await project.runledger("push", url, runId)).code).toBe(0);
  project.env.RUNLEDGER_LEDGER = url;
  expect((await project.runledger("push", "./other", runId)).code).toBe(0);
  await using other = await openLedger({ url: join(project.folder, "other"), mustExist: true });
  const mine = await project.withLedger((ledger) => ledger.getRun(runId));
  expect({ ...(await other.getRun(runId)), position: 0 }).toEqual({ ...mine, position: 0 });
}, 60_000);

test("where to push to is told without a guess, and without a password on the command line", async () => {
  using project = new Project();
  await project.queue();
  const said = async (...args: string[]) => (await project.runledger("push", ...args)).stderr;
  expect(await said()).toContain("RUNLEDGER_PUSH_TO");
  expect(await said("last")).toContain("./last");
  expect(await said("postgres://me:hunter2@db.example/ledger")).toMatch(/RUNLEDGER_PUSH_TO(?![\s\S]*hunter2)/);
  expect(await said(".")).toContain("is the ledger to push from");
  expect(await said("mysql://db")).toContain("no kind of ledger");
});
