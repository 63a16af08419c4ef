// Keeps what the ended runs of each agent add up to, the way counts are kept: rows that are summed up.

import { type AgentTally, type AgentTallyQuery, type AgentTallyRow, agentTallyOfRow } from "../agent-tally.ts";
import type { Connection } from "./connection.ts";
import type { Statement } from "./one-statement.ts";
import { summedRows } from "./summed-rows.ts";

const key = "agent, digest, reference, subject_id";
const sums = "sum(runs) AS runs, sum(scored) AS scored, sum(passed) AS passed, sum(score) AS score";
const columns = `${key}, runs, scored, passed, score`;
/** A key that has no runs left and adds up to nothing needs no row; one that is wrong stays to be seen. */
const isSomething = "sum(runs) <> 0 OR sum(scored) <> 0 OR sum(passed) <> 0 OR sum(score) <> 0";

/** Puts down what a group added and took away, one row a key; null if that is nothing. */
export function insertAgentTallies(rows: readonly AgentTallyRow[]): Statement | null {
  const text = `INSERT INTO agent_tallies (${columns})
    SELECT ${columns} FROM json_to_recordset($1::json) AS new(agent text, digest text, reference smallint,
      subject_id text, runs bigint, scored bigint, passed bigint, score bigint)`;
  const added = summedRows(rows, {
    key: ["agent", "digest", "reference", "subject_id"],
    sums: ["runs", "scored", "passed", "score"],
  });
  return added.length === 0 ? null : { text, values: [JSON.stringify(added)] };
}

/** Rows that one fold takes at most. */
const foldRowsMax = 10_000;

/** Replaces the rows of each key of these agents by one. Rows that another fold holds are left to it. */
export async function foldAgentTallies(connection: Connection, agents: string[]): Promise<void> {
  const sql = `WITH gone AS (
      DELETE FROM agent_tallies WHERE ctid = ANY (ARRAY(SELECT ctid FROM agent_tallies WHERE agent = ANY($1::text[])
        LIMIT ${foldRowsMax} FOR UPDATE SKIP LOCKED))
      RETURNING ${columns})
    INSERT INTO agent_tallies (${columns}) SELECT ${key}, ${sums} FROM gone GROUP BY ${key} HAVING ${isSomething}`;
  await connection.run(sql, [agents]);
}

export async function agentTallies(connection: Connection, of: AgentTallyQuery): Promise<AgentTally[]> {
  const { agent, digest, subject, limit } = of;
  const picks: [condition: string, value: string | undefined][] = [
    ["agent = ", agent],
    ["digest = ", digest],
    [subject === undefined ? "subject_id > " : "subject_id = ", subject ?? ""],
  ];
  const given = picks.filter((pick): pick is [string, string] => pick[1] !== undefined);
  const where = given.map(([condition], index) => `${condition}$${index + 1}`).join(" AND ");
  const sql = `SELECT ${key}, ${sums} FROM agent_tallies WHERE ${where}
    GROUP BY ${key} HAVING sum(runs) > 0 ORDER BY agent, digest, subject_id LIMIT $${given.length + 1}`;
  const rows = await connection.rows<AgentTallyRow>(sql, [...given.map(([, value]) => value), limit]);
  return rows.map(agentTallyOfRow);
}

/** Every sum, for verification. */
export function agentTallyRows(connection: Connection): Promise<AgentTallyRow[]> {
  return connection.rows(`SELECT ${key}, ${sums} FROM agent_tallies GROUP BY ${key}`);
}
