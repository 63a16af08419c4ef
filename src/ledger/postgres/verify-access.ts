// Checks tokens, the catalog and the sums of agents against what they come from.

import type { LedgerEvent } from "../../core/events.ts";
import { AgentTallyComparison, accessTypes, agentRun, compareAccess, type EndedRow } from "../compare-access.ts";
import { type EventRow, eventColumns, eventOfRow } from "../event-row.ts";
import type { Finding } from "../ledger.ts";
import { catalogRows } from "./catalog.ts";
import type { Connection } from "./connection.ts";
import { agentTallyRows } from "./move-agent-tally.ts";
import { inSnapshot } from "./snapshot.ts";
import { tokenRows } from "./tokens.ts";

const pageRows = 5_000;

export function verifyAccess(connection: Connection): Promise<Finding[]> {
  return inSnapshot(connection, async () => {
    const [events, tokens, catalog] = await Promise.all([
      ledgerEvents(connection),
      tokenRows(connection),
      catalogRows(connection),
    ]);
    return [...compareAccess({ events, tokens, catalog }), ...(await compareAgentTallies(connection))];
  });
}

async function compareAgentTallies(connection: Connection): Promise<Finding[]> {
  const comparison = new AgentTallyComparison();
  const sql = `SELECT created, status, passed, subject_id, (state::json ->> 'score')::float8 AS score,
      state::json ->> 'error' AS error, state::json ->> 'agent' AS agent FROM runs
    WHERE created > $1 AND kind = 'benchmark' AND ended_at IS NOT NULL AND agent_name IS NOT NULL
    ORDER BY created LIMIT ${pageRows}`;
  for (let after = 0; ; ) {
    const rows = await connection.rows<EndedRow & { created: number }>(sql, [after]);
    for (const row of rows) comparison.add(agentRun(row));
    const last = rows.at(-1);
    if (last === undefined || rows.length < pageRows) break;
    after = last.created;
  }
  return comparison.end(await agentTallyRows(connection));
}

async function ledgerEvents(connection: Connection): Promise<LedgerEvent[]> {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = $1 ORDER BY position`;
  const rows = await Promise.all(accessTypes.map((type) => connection.rows<EventRow>(sql, [type])));
  return rows.flat().map(eventOfRow);
}
