// Keeps what the ended runs of each agent add up to, over all benchmarks and for each.

import type { DatabaseSync } from "node:sqlite";
import type { Run } from "../../core/run.ts";
import {
  type AgentTally,
  type AgentTallyQuery,
  type AgentTallyRow,
  agentTallyChanges,
  agentTallyOfRow,
} from "../agent-tally.ts";
import { statement } from "./statement.ts";

const columns = "agent, digest, reference, subject_id, runs, scored, passed, score";
const sql = `INSERT INTO agent_tallies (${columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (agent, digest, subject_id, reference) DO UPDATE SET runs = runs + excluded.runs,
  scored = scored + excluded.scored, passed = passed + excluded.passed, score = score + excluded.score`;

/** Moves a run from what it was (null: it is new) to what it is (null: it was deleted). */
export function moveAgentTally(db: DatabaseSync, before: Run | null, after: Run | null): void {
  for (const row of agentTallyChanges(before, after)) {
    const { agent, digest, reference, subject_id, runs, scored, passed, score } = row;
    statement(db, sql).run(agent, digest, reference, subject_id, runs, scored, passed, score);
  }
}

export function agentTallies(db: DatabaseSync, { agent, digest, subject, limit }: AgentTallyQuery): AgentTally[] {
  const picks: [condition: string, value: string | undefined][] = [
    ["agent = ?", agent],
    ["digest = ?", digest],
    [subject === undefined ? "subject_id > ?" : "subject_id = ?", subject ?? ""],
  ];
  const given = picks.filter((pick): pick is [string, string] => pick[1] !== undefined);
  const where = given.map(([condition]) => condition).join(" AND ");
  const found = `SELECT ${columns} FROM agent_tallies WHERE ${where} AND runs > 0
    ORDER BY agent, digest, subject_id LIMIT ?`;
  const rows = statement(db, found).all(...given.map(([, value]) => value), limit) as AgentTallyRow[];
  return rows.map(agentTallyOfRow);
}
