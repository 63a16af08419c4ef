// A ledger from before the sums of agents were kept.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it } from "vitest";
import { endRunsOfAgents, sumsOfAgents } from "../../contract/ended-runs.contract.ts";
import { findings } from "../../contract/samples.contract.ts";
import { openLedger } from "../../open-ledger.ts";

it("its ended runs are summed up by agent as they would have been", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-access-"));
  try {
    const before = await openLedger({ url: folder, mustExist: false });
    await endRunsOfAgents(before);
    const sums = await sumsOfAgents(before);
    await before.close();
    const db = new DatabaseSync(join(folder, "ledger.sqlite"));
    db.exec(`DROP TABLE tokens; DROP TABLE catalog; DROP TABLE agent_tallies;
      UPDATE meta SET value = '2' WHERE key IN ('schema', 'compatibleFrom')`);
    db.close();
    const after = await openLedger({ url: folder, mustExist: true });
    expect(after.notices[0]).toMatch(/^the ledger was migrated from schema 2 to 4/);
    expect(await sumsOfAgents(after)).toEqual(sums);
    expect(sums).toHaveLength(6);
    expect(await findings(after)).toEqual([]);
    await after.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});
