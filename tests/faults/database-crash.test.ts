// The database server crashes in the middle of many runs and comes back: no run is lost, stuck or done twice. RUNS=250
// plays it as large as it should be on a machine that is free.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { EventData } from "../../src/core/events.ts";
import { newRunId } from "../../src/core/ids.ts";
import { effectiveLimits } from "../../src/core/limits.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { startPostgres } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { startCommand } from "../command-in-scene.ts";
import { program, until } from "../scene.ts";

const runs = Number(process.env.RUNS ?? 16);
const awayMs = 5_000;

/** A program that leaves a line at its beginning and one at its end. */
async function queue(ledger: Ledger, witness: string): Promise<string> {
  const { content } = program(["sh", "-c", `echo begun >> '${witness}'; sleep 0.2; echo done >> '${witness}'`]);
  const digest = await ledger.putBlob(Buffer.from(JSON.stringify(content)));
  const runId = newRunId();
  const data: EventData<"run.queued"> = {
    ...{ kind: "command", subject: { kind: "command", id: "witnessed", digest }, agent: null, name: null, params: {} },
    ...{ seed: null, labels: {}, priority: "normal", limits: effectiveLimits("command"), minScore: null },
    ...{ retryPolicy: { retries: 0, backoffMs: 0, origins: [] }, experimentId: null, trial: 1, againOf: null },
    ...{ imported: false, who: "test" },
  };
  await ledger.execute(runId, { type: "queue", data, claim: null }, "test");
  return runId;
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
