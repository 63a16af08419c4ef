// A dump and its restore: by PostgreSQL's own tools where they are, as docs/operate.md says it, and else by what those
// tools do, in SQL: all tables as one snapshot has them, put into tables that are made anew.
import { execFileSync, spawnSync } from "node:child_process";
import { Client } from "pg";
import { migratePostgres } from "../src/ledger/postgres/migrate.ts";

/** What is dumped and where to: URLs of the owner's. */
type DumpOf = {
  from: string;
  to: string;
  /** Commands of the page, for names of our own. */
  commands: { dump: string; restore: string };
  /** SQL of the page: what the other role may do with tables to come, and no longer with those that are there. */
  rights: { before: string; after: string };
  folder: string;
};

export type DumpTools = {
  /** For the titles of tests. */
  words: string;
  /** Dumps the database that others write to. @returns what makes `to`, which is empty, out of it */
  dump(of: DumpOf): Promise<() => Promise<void>>;
};

/** The tools that are here for this server. They dump no server that is newer than they are. */
export async function dumpToolsFor(server: string): Promise<DumpTools> {
  const [row] = await rowsOf<{ major: number }>(
    server,
    "SELECT current_setting('server_version_num')::int / 10000 AS major",
  );
  const majors = ["pg_dump", "pg_restore"].map(majorOf);
  const isThere = majors.every((major) => major >= (row?.major ?? Infinity));
  return isThere ? realTools(Math.min(...majors)) : imitated;
}

function majorOf(tool: string): number {
  const { stdout } = spawnSync(tool, ["--version"], { encoding: "utf8" });
  return Number(/\(PostgreSQL\) (\d+)/.exec(stdout ?? "")?.[1] ?? 0);
}

function realTools(major: number): DumpTools {
  return {
    words: `pg_dump and pg_restore ${major}`,
    async dump({ from, to, commands, folder }) {
      run(commands.dump, from, folder);
      return async () => run(commands.restore, to, folder);
    },
  };
}

/** Runs a command of the page as the operator does, on the server of this URL. */
function run(command: string, url: string, cwd: string): void {
  const { hostname, port, searchParams } = new URL(url);
  const host = searchParams.get("host") ?? decodeURIComponent(hostname);
  const env = { PATH: process.env.PATH, PGHOST: host, PGPORT: port || "5432" };
  execFileSync("sh", ["-e", "-c", command], { cwd, env });
}

type Dumped = { tables: { name: string; rows: string[] }[]; sequences: { name: string; last: string | null }[] };

const imitated: DumpTools = {
  words: "an imitation of pg_dump and pg_restore, which are not here for this server",
  async dump({ from, to, rights }) {
    const dumped = await snapshotOf(from);
    return async () => {
      await rowsOf(to, rights.before);
      await migratePostgres({ url: to, env: {} });
      await rowsOf(to, rights.after);
      await fill(to, dumped);
    };
  },
};

async function snapshotOf(url: string): Promise<Dumped> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const names = await client.query<{ name: string }>(
      "SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    const tables: Dumped["tables"] = [];
    for (const { name } of names.rows) {
      const { rows } = await client.query<{ text: string }>(`SELECT t::text AS text FROM ${name} AS t`);
      tables.push({ name, rows: rows.map(({ text }) => text) });
    }
    const { rows } = await client.query<{ name: string; last: string | null }>(
      "SELECT sequencename AS name, last_value::text AS last FROM pg_sequences WHERE schemaname = 'public'",
    );
    return { tables, sequences: rows };
  } finally {
    await client.end();
  }
}

async function fill(url: string, { tables, sequences }: Dumped): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("BEGIN");
    for (const { name, rows } of tables) {
      await client.query(`DELETE FROM ${name}`);
      const sql = `INSERT INTO ${name} OVERRIDING SYSTEM VALUE SELECT (text::${name}).* FROM unnest($1::text[]) AS text`;
      await client.query(sql, [rows]);
    }
    for (const { name, last } of sequences) {
      if (last !== null) await client.query("SELECT setval($1::regclass, $2::bigint)", [name, last]);
    }
    await client.query("COMMIT");
  } finally {
    await client.end();
  }
}

/** The rows of the last statement of an SQL text. */
export async function rowsOf<Row extends object>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const results = await client.query<Row>(sql);
    return (Array.isArray(results) ? results.at(-1) : results)?.rows ?? [];
  } finally {
    await client.end();
  }
}
