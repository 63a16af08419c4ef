// The database server crashes in the middle of many runs and comes back: no run is lost, stuck or done twice. RUNS=250
// and AWAY_S=120 play it as large as it should be on a machine that is free.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { startPostgres } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { type CommandInScene, startCommand } from "../command-in-scene.ts";
import { queueOn } from "../queue-on.ts";
import { program, until } from "../scene.ts";

/** Workers come back one after the other, and what stood still goes on. */
const patienceMs = 120_000;
const runs = Number(process.env.RUNS ?? 16);
const awayMs = 5_000;
/** Longer than a worker may go on without its lease, and than another host waits before it takes over. */
const longAwayS = Number(process.env.AWAY_S ?? 24);

/** A program that leaves a line at its beginning and one at its end, and takes so long between them. */
function queue(ledger: Ledger, witness: string, seconds = 0.2): Promise<string> {
  const lines = `echo begun >> '${witness}'; sleep ${seconds}; echo done >> '${witness}'`;
  return queueOn(ledger, program(["sh", "-c", lines]));
}

async function completed(ledger: Ledger): Promise<number> {
  return (await ledger.countRuns()).find(({ status }) => status === "completed")?.runs ?? 0;
}

test("a database that crashes in the middle of many runs and is back after 5 s costs none of them", {
  timeout: 120_000 + runs * 2_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-crash-"));
  const postgres = await startPostgres();
  try {
    const { url } = await postgres.newDatabase("migrated");
    const home = join(folder, ".runledger");
    await using ledger = await openLedger({ url, mustExist: false, env: { ...process.env, RUNLEDGER_HOME: home } });
    const witnesses = Array.from({ length: runs }, (_, index) => join(folder, `witness-${index}`));
    const runIds: string[] = [];
    for (const witness of witnesses) runIds.push(await queue(ledger, witness));
    mkdirSync(home, { recursive: true });
    const env = { RUNLEDGER_LEDGER: url, RUNLEDGER_HOME: home };
    const worker = startCommand({ folder }, ["worker", "--slots", "4", "--drain"], env);
    await until("some are done", async () => (await completed(ledger)) >= Math.min(4, runs / 4));
    await postgres.stop("immediate");
    const backAtMs = Date.now() + awayMs;
    await until("it is time", () => Date.now() > backAtMs);
    await postgres.start();
    for (let done = 0; done < runs; ) {
      const before = done;
      done = await until("another one is done", async () => {
        const now = await completed(ledger);
        return now > before ? now : null;
      });
    }
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0 });
    for (const witness of witnesses) expect(readFileSync(witness, "utf8")).toBe("begun\ndone\n");
    for (const runId of runIds) expect((await ledger.getRun(runId))?.attempt?.number).toBe(1);
    for await (const finding of ledger.verify()) expect.fail(finding.detail);
  } finally {
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("a worker that is asked to stop while the database is away waits for it and says so; asked once more it ends", {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-leave-"));
  const postgres = await startPostgres({ isOwn: true });
  try {
    const { url } = await postgres.newDatabase("migrated");
    const home = join(folder, ".runledger");
    await using ledger = await openLedger({ url, mustExist: false, env: { RUNLEDGER_HOME: home } });
    const witness = join(folder, "witness");
    const runId = await queue(ledger, witness, 60);
    const env = { RUNLEDGER_LEDGER: url, RUNLEDGER_HOME: home };
    const worker = startCommand({ folder }, ["worker", "--slots", "1"], env);
    await until("it is under way", () => existsSync(witness), patienceMs);
    await postgres.stop("immediate");
    let said = "";
    worker.child.stderr?.on("data", (part) => {
      said += part;
    });
    worker.child.kill("SIGTERM");
    await until("it says why it does not end", () => said.includes("does not answer"), patienceMs);
    worker.child.kill("SIGTERM");
    expect(await worker.ended).toMatchObject({ code: 0, signal: null });
    await postgres.start();
    const next = startCommand({ folder }, ["worker", "--slots", "1"], env);
    // Where another host might take it over, a run that nobody vouches for stops by itself.
    const over = await until("it is over", async () => {
      const run = await ledger.getRun(runId);
      return run?.status === "lost" ? run : null;
    });
    expect(over.error?.code).toBe("limit.orphan_s");
    next.child.kill("SIGTERM");
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(readFileSync(witness, "utf8")).toBe("begun\n");
    for await (const finding of ledger.verify()) expect.fail(finding.detail);
  } finally {
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test(`a database that is away for ${longAwayS} s loses no run: those under way and those that wait go on by themselves`, {
  timeout: 180_000 + longAwayS * 1_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-away-"));
  const postgres = await startPostgres({ isOwn: true });
  const [url, homes] = [(await postgres.newDatabase("migrated")).url, ["a", "b"].map((name) => join(folder, name))];
  const workers: CommandInScene[] = [];
  try {
    await using ledger = await openLedger({ url, mustExist: true, env: { RUNLEDGER_HOME: join(folder, "c") } });
    const witnesses = Array.from({ length: 8 }, (_, index) => join(folder, `witness-${index}`));
    const runIds: string[] = [];
    // Four are under way when the server goes, and would end while it is away; four wait.
    for (const witness of witnesses) runIds.push(await queue(ledger, witness, 6));
    for (const home of homes) {
      mkdirSync(home, { recursive: true });
      const env = { RUNLEDGER_LEDGER: url, RUNLEDGER_HOME: home };
      workers.push(startCommand({ folder }, ["worker", "--slots", "2"], env));
    }
    await until("four are under way", () => witnesses.filter((path) => existsSync(path)).length === 4, patienceMs);
    await postgres.stop("immediate");
    const awayAtMs = performance.now();
    const refused = await startCommand({ folder }, ["ls"], { RUNLEDGER_LEDGER: url }).ended;
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("ledger.unreachable") });
    await until("it is time", () => performance.now() - awayAtMs > longAwayS * 1_000, longAwayS * 2_000);
    await postgres.start();
    const backAtMs = performance.now();
    await until("all are done", async () => (await completed(ledger)) === runIds.length, patienceMs);
    if (process.env.AWAY_S !== undefined) {
      const doneMs = Math.round(performance.now() - backAtMs);
      console.log(`all ${runIds.length} runs were done ${doneMs} ms after the server was back`);
    }
    for (const worker of workers) worker.child.kill("SIGTERM");
    for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 0 });
    for (const witness of witnesses) expect(readFileSync(witness, "utf8")).toBe("begun\ndone\n");
    for (const runId of runIds) expect((await ledger.getRun(runId))?.attempt?.number).toBe(1);
    for await (const finding of ledger.verify()) expect.fail(finding.detail);
  } finally {
    for (const worker of workers) worker.child.kill("SIGKILL");
    await postgres.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
