// What is sent to PostgreSQL by this process, listened to at the driver, and how the server would do it.

import { Client } from "pg";
import { ColumnArray } from "../src/ledger/postgres/column-arrays.ts";

export type Statement = { text: string; values: unknown[] };

/** A table that is read from one end to the other, and by which statement. */
export type WholeRead = { table: string; text: string; plan: "custom" | "generic" };

/** Tables that grow with every run; the others are as large as what is under way. */
export const growingTables = [
  ...[
    "runs",
    "run_keys",
    "events",
    "attempts",
    "run_labels",
    "logs",
    "blobs",
    "tombstones",
    "experiments",
    "counts",
    "tallies",
  ],
  ...["agent_tallies"],
];

/** Does the work and gives every statement with values or without that was sent meanwhile, each text once. */
export async function statementsOf(work: () => Promise<void>): Promise<Statement[]> {
  const sent = new Map<string, Statement>();
  const query = Client.prototype.query;
  const listening = function (this: Client, ...args: unknown[]): unknown {
    const [asked, values] = args as [string | { text: string; values?: unknown[] }, unknown[]?];
    const text = typeof asked === "string" ? asked : asked.text;
    const given = (typeof asked === "string" ? values : asked.values) ?? [];
    if (!sent.has(text) && isPlanned(text)) sent.set(text, { text, values: given });
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  };
  Client.prototype.query = listening as typeof query;
  try {
    await work();
  } finally {
    Client.prototype.query = query;
  }
  return [...sent.values()];
}

function isPlanned(text: string): boolean {
  return /^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b/i.test(text);
}

/** The tables out of `watched` that a statement would read whole, with its values in hand and without. */
export async function wholeReads(
  client: Client,
  statement: Statement,
  watched: readonly string[],
): Promise<WholeRead[]> {
  const { text, values } = statement;
  const found: WholeRead[] = [];
  for (const plan of ["custom", "generic"] as const) {
    await client.query("BEGIN");
    await client.query(`SET LOCAL plan_cache_mode = force_${plan}_plan`);
    await client.query(`PREPARE asked AS ${text}`);
    const given = values.length === 0 ? "" : `(${values.map((value) => literal(client, value)).join(", ")})`;
    const { rows } = await client.query<{ "QUERY PLAN": { Plan: PlanNode }[] }>(
      `EXPLAIN (FORMAT JSON) EXECUTE asked${given}`,
    );
    await client.query("ROLLBACK");
    await client.query("DEALLOCATE asked");
    for (const table of scannedWhole(rows[0]?.["QUERY PLAN"][0]?.Plan)) {
      if (watched.includes(table)) found.push({ table, text, plan });
    }
  }
  return found;
}

type PlanNode = { "Node Type": string; "Relation Name"?: string; "Index Cond"?: string; Plans?: PlanNode[] };

function scannedWhole(node: PlanNode | undefined): string[] {
  if (node === undefined) return [];
  const isWhole = node["Node Type"] === "Seq Scan" || node["Node Type"] === "Parallel Seq Scan";
  const own = isWhole && node["Relation Name"] !== undefined ? [node["Relation Name"]] : [];
  return [...own, ...(node.Plans ?? []).flatMap(scannedWhole)];
}

function literal(client: Client, value: unknown): string {
  if (value === null || value === undefined) return "NULL";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof Uint8Array) return `'\\x${Buffer.from(value).toString("hex")}'`;
  // A column of rows, which the driver sends in the server's own form.
  if (value instanceof ColumnArray) return literal(client, value.values);
  if (Array.isArray(value)) return client.escapeLiteral(`{${value.map(element).join(",")}}`);
  return client.escapeLiteral(typeof value === "string" ? value : JSON.stringify(value));
}

function element(value: unknown): string {
  if (value === null) return "NULL";
  const text = value instanceof Uint8Array ? `\\x${Buffer.from(value).toString("hex")}` : String(value);
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}
