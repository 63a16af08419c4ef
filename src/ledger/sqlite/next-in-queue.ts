// The queue is a query: queued runs by priority, then age.

import type { DatabaseSync } from "node:sqlite";
import type { RunKind } from "../../core/limits.ts";
import { statement } from "./statement.ts";

const sql = `SELECT run_id FROM runs WHERE status = 'queued'
  AND (not_before IS NULL OR not_before <= ?1)
  AND kind IN (SELECT value FROM json_each(?2))
  AND (agent_name IS NULL OR ?3 IS NULL OR agent_name IN (SELECT value FROM json_each(?3)))
  ORDER BY priority, created LIMIT 1`;

/** The id of the next run that may be claimed now, or null. `agents` null allows all; a run without an agent needs none. */
export function nextInQueue(
  db: DatabaseSync,
  { kinds, agents, nowMs }: { kinds: RunKind[]; agents: string[] | null; nowMs: number },
): string | null {
  const agentsText = agents === null ? null : JSON.stringify(agents);
  const row = statement(db, sql).get(nowMs, JSON.stringify(kinds), agentsText) as { run_id: string } | undefined;
  return row?.run_id ?? null;
}
