// Checks tokens, the catalog and the sums of agents against what they come from.

import type { DatabaseSync } from "node:sqlite";
import type { EventType, LedgerEvent } from "../../core/events.ts";
import type { AgentTallyRow } from "../agent-tally.ts";
import { AgentTallyComparison, accessTypes, agentRun, compareAccess, type EndedRow } from "../compare-access.ts";
import { type EventRow, eventColumns, eventOfRow } from "../event-row.ts";
import type { Finding } from "../ledger.ts";
import type { TokenRow } from "../token-row.ts";
import { catalogRows } from "./catalog.ts";
import { inSnapshot } from "./snapshot.ts";
import { statement } from "./statement.ts";

export function verifyAccess(db: DatabaseSync): Finding[] {
  return inSnapshot(db, () => [
    ...compareAccess({
      events: accessTypes.flatMap((type) => eventsOf(db, type)),
      tokens: statement(db, "SELECT * FROM tokens").all() as TokenRow[],
      catalog: catalogRows(db),
    }),
    ...compareAgentTallies(db),
  ]);
}

function compareAgentTallies(db: DatabaseSync): Finding[] {
  const comparison = new AgentTallyComparison();
  const sql = `SELECT status, passed, subject_id, json_extract(state, '$.score') AS score,
      json_extract(state, '$.error') AS error, json_extract(state, '$.agent') AS agent FROM runs
    WHERE kind = 'benchmark' AND ended_at IS NOT NULL AND agent_name IS NOT NULL`;
  for (const row of statement(db, sql).iterate() as Iterable<EndedRow>) comparison.add(agentRun(row));
  return comparison.end(statement(db, "SELECT * FROM agent_tallies").all() as AgentTallyRow[]);
}

function eventsOf(db: DatabaseSync, type: EventType): LedgerEvent[] {
  const sql = `SELECT ${eventColumns} FROM events WHERE run_id IS NULL AND type = ? ORDER BY position`;
  return (statement(db, sql).all(type) as EventRow[]).map(eventOfRow);
}
