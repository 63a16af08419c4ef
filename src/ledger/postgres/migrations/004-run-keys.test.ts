// A database from before lists had rows of their own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { complete, findings, lose, queue, start } from "../../contract/samples.contract.ts";
import { openLedger } from "../../open-ledger.ts";
import { keysInRuns } from "../keys-in-runs.fixture.ts";
import { migratePostgres, migrations } from "../migrate.ts";
import { startMsMax, startPostgres } from "../real-postgres.fixture.ts";

it("its runs are listed as before, and go on", { timeout: startMsMax * 2 }, async () => {
  const home = mkdtempSync(join(tmpdir(), "runledger-keys-"));
  const postgres = await startPostgres();
  try {
    const database = await postgres.newDatabase("migrated");
    const open = () => openLedger({ url: database.url, mustExist: true, env: { RUNLEDGER_HOME: home } });
    const before = await open();
    await complete(before);
    const started = await start(before);
    await queue(before);
    const { runs } = await before.listRuns({ agent: "deterministic" }, {});
    await before.close();
    await database.run(keysInRuns);
    expect((await migratePostgres({ url: database.url })).done).toEqual(["004-run-keys"]);
    const after = await open();
    expect((await after.listRuns({ agent: "deterministic" }, {})).runs).toEqual(runs);
    expect(runs).toHaveLength(3);
    expect(await after.findRuns(started.runId.slice(-8), 2)).toEqual([started.runId]);
    await lose(after, started);
    expect((await after.listRuns({ kind: "benchmark", statuses: ["lost"] }, {})).runs).toHaveLength(1);
    expect(await findings(after)).toEqual([]);
    await after.close();
  } finally {
    await postgres.close();
    rmSync(home, { recursive: true });
  }
});

it("a build of before works on beside it, and its runs are in lists, too", { timeout: startMsMax }, async () => {
  const postgres = await startPostgres();
  try {
    const { url, run } = await postgres.newDatabase("migrated");
    expect(migrations.find(({ number }) => number === 4)?.compatibleFrom).toBe(3);
    const ledger = await openLedger({ url, mustExist: true, env: {} });
    const { runId } = await complete(ledger);
    // That build knows runs alone.
    await run("CREATE TABLE moved AS SELECT * FROM runs; DELETE FROM runs");
    await run("DO $$ BEGIN ASSERT (SELECT count(*) FROM run_keys) = 0; END $$");
    await run("INSERT INTO runs SELECT * FROM moved");
    expect((await ledger.listRuns({ kind: "benchmark" }, {})).runs.map(({ id }) => id)).toEqual([runId]);
    expect(await findings(ledger)).toEqual([]);
    await ledger.rebuild();
    expect(await findings(ledger)).toEqual([]);
    await ledger.close();
  } finally {
    await postgres.close();
  }
});

it("a run that is missing in lists, or found there by something else, is told of", {
  timeout: startMsMax,
}, async () => {
  const postgres = await startPostgres();
  try {
    const { url, run } = await postgres.newDatabase("migrated");
    const ledger = await openLedger({ url, mustExist: true, env: {} });
    const { runId } = await complete(ledger);
    await run("UPDATE run_keys SET subject_id = 'other'");
    const [changed] = await findings(ledger);
    expect(changed).toMatchObject({ runId, kind: "projection", detail: expect.stringMatching(/^in lists subject_id/) });
    await run("DELETE FROM run_keys");
    expect(await findings(ledger)).toMatchObject([{ runId, kind: "projection", detail: "it is in no list" }]);
    await ledger.rebuild();
    expect(await findings(ledger)).toEqual([]);
    await ledger.close();
  } finally {
    await postgres.close();
  }
});
