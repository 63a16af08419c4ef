// A database from before the sums of agents were kept.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { endRunsOfAgents, sumsOfAgents } from "../../contract/ended-runs.contract.ts";
import { findings } from "../../contract/samples.contract.ts";
import { openLedger } from "../../open-ledger.ts";
import { keysInRuns } from "../keys-in-runs.fixture.ts";
import { migratePostgres } from "../migrate.ts";
import { startMsMax, startPostgres } from "../real-postgres.fixture.ts";

it("its ended runs are summed up by agent as they would have been", { timeout: startMsMax * 2 }, async () => {
  const home = mkdtempSync(join(tmpdir(), "runledger-access-"));
  const postgres = await startPostgres();
  try {
    const database = await postgres.newDatabase("migrated");
    const open = () => openLedger({ url: database.url, mustExist: true, env: { RUNLEDGER_HOME: home } });
    const before = await open();
    await endRunsOfAgents(before);
    const sums = await sumsOfAgents(before);
    await before.close();
    await database.run(`${keysInRuns}; DROP TABLE tokens; DROP TABLE catalog; DROP TABLE agent_tallies;
      UPDATE meta SET value = '2' WHERE key IN ('schema', 'compatibleFrom')`);
    expect((await migratePostgres({ url: database.url })).done).toEqual(["003-access", "004-run-keys"]);
    const after = await open();
    expect(await sumsOfAgents(after)).toEqual(sums);
    expect(sums).toHaveLength(6);
    expect(await findings(after)).toEqual([]);
    await after.close();
  } finally {
    await postgres.close();
    rmSync(home, { recursive: true });
  }
});
