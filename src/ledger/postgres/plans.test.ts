// How often the server plans what a ledger asks of it, told by the server itself.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { expect, it } from "vitest";
import { claimBy, lose, queue, SampleJournal, takesAny } from "../contract/samples.contract.ts";
import { openLedger } from "../open-ledger.ts";
import { startMsMax, startPostgres } from "./real-postgres.fixture.ts";

const runs = 12;
const settings = { shared_preload_libraries: "pg_stat_statements", "pg_stat_statements.track_planning": "on" };
/** Of one statement there may be a plan for each of the connections that a process has. */
const connections = 4;

it("what is written again and again is planned once a connection, and not for each use", {
  timeout: startMsMax * 2,
}, async () => {
  const home = mkdtempSync(join(tmpdir(), "runledger-plans-"));
  const postgres = await startPostgres({ isOwn: true, settings });
  try {
    const { url, run } = await postgres.newDatabase("migrated");
    await run("CREATE EXTENSION pg_stat_statements");
    await using ledger = await openLedger({ url, mustExist: true, env: { RUNLEDGER_HOME: home } });
    const statements = async () => {
      const client = new Client({ connectionString: url });
      await client.connect();
      const { rows } = await client.query<{ query: string; calls: number; plans: number }>(
        `SELECT query, calls::integer, plans::integer FROM pg_stat_statements WHERE calls >= ${runs}`,
      );
      await client.end();
      return rows;
    };
    for (let i = 0; i < runs; i += 1) await queue(ledger);
    for (let i = 0; i < runs; i += 1) {
      const by = claimBy("w");
      const taken = await ledger.claim(by, takesAny);
      await lose(ledger, { runId: taken?.run.id ?? "", attempt: 1, claimId: by.claimId, journal: new SampleJournal() });
    }
    const seen = await statements();
    expect(seen.filter(({ query }) => /FOR UPDATE SKIP LOCKED|INSERT INTO events/.test(query)).length).toBeGreaterThan(
      2,
    );
    const writes = seen.filter(({ query }) => /positions|FOR UPDATE|INSERT INTO events|advisory/.test(query));
    expect(writes.filter(({ plans }) => plans > connections)).toEqual([]);
  } finally {
    await postgres.close();
    rmSync(home, { recursive: true });
  }
});
