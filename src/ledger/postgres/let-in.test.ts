// Who gets a connection, and what is said to who does not: passwords, limits on connections, settings that a database has
// for other programs, and databases that are somebody else's.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { RunledgerError } from "../../core/errors.ts";
import { codeOf, queue } from "../contract/samples.contract.ts";
import { openLedger } from "../open-ledger.ts";
import { Connection } from "./connection.ts";
import { Line } from "./line.ts";
import { migratePostgres } from "./migrate.ts";
import { readPostgresUrl } from "./postgres-url.ts";
import { type RealPostgres, startMsMax, startPostgres, type TestDatabase } from "./real-postgres.fixture.ts";

let postgres: RealPostgres;

beforeAll(async () => {
  postgres = await startPostgres({ isOwn: true });
}, startMsMax);

afterAll(() => postgres?.close());

const open = (url: string) => openLedger({ url, mustExist: true, env: {} });

it("limits and defaults that a database has for other programs do not hold for a ledger", {
  timeout: 60_000,
}, async () => {
  const database = await postgres.newDatabase("migrated");
  const waitMs = 300;
  await database.run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('jit') = 'on' THEN RAISE 'compiled'; END IF; RETURN new; END $$;
    CREATE TRIGGER refuse BEFORE INSERT ON runs FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const settings = [
    ...["jit = on", "default_transaction_read_only = on", "default_transaction_isolation = serializable"],
    ...[`statement_timeout = ${waitMs}`, `lock_timeout = ${waitMs}`, `idle_session_timeout = ${waitMs}`],
  ];
  await database.run(settings.map((setting) => `ALTER DATABASE ${database.name} SET ${setting}`).join(";"));
  await using ledger = await open(database.url);
  await ledger.holdLock("w-1");
  const other = new Client({ connectionString: database.url });
  await other.connect();
  await other.query("SET statement_timeout = 0; SET idle_session_timeout = 0; BEGIN READ WRITE; LOCK runs");
  const queued = queue(ledger);
  const isLongBlocked = `SELECT 1 FROM pg_locks WHERE NOT granted AND clock_timestamp() - waitstart > '${2 * waitMs} ms'`;
  await expect.poll(async () => (await other.query(isLongBlocked)).rowCount, { timeout: 30_000 }).toBe(1);
  await other.query("COMMIT");
  await other.end();
  expect((await ledger.getRun(await queued))?.status).toBe("queued");
});

it("a first connection for which the server has no room is asked for a while; then it is said", {
  timeout: 60_000,
}, async () => {
  const database = await postgres.newDatabase("migrated");
  await database.run(
    "CREATE ROLE crowded LOGIN CONNECTION LIMIT 0; GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO crowded",
  );
  const url = asRole(database.url, "crowded");
  await expect(open(url)).rejects.toMatchObject({
    code: "ledger.unreachable",
    message: expect.stringContaining("too many connections for role"),
  });
  await database.run("ALTER ROLE crowded CONNECTION LIMIT 1");
  await using ledger = await open(url);
  expect(await ledger.countRuns()).toEqual([]);
  expect(await codeOf(queue(ledger))).toBe("ledger.unreachable");
});

it("a server that lets in and then refuses each time is asked with pauses, until the line is closed", async () => {
  const database = await postgres.newDatabase("migrated");
  const openedAtMs: number[] = [];
  const line = new Line({
    open: () => {
      openedAtMs.push(performance.now());
      return Connection.open(readPostgresUrl(database.url, {}));
    },
    shown: "postgres://h/d",
  });
  const refused = line.do(() => Promise.reject(Object.assign(new Error("read-only"), { code: "25006" })));
  void refused.catch(() => {});
  await expect.poll(() => openedAtMs.length, { timeout: 30_000 }).toBeGreaterThanOrEqual(6);
  const pausesMsMin = (50 + 100 + 200 + 400) / 2;
  expect((openedAtMs[5] ?? 0) - (openedAtMs[0] ?? 0)).toBeGreaterThanOrEqual(pausesMsMin);
  await line.close();
  await expect(refused).rejects.toThrow("the ledger is closed");
});

it.each(["scram-sha-256", "md5", "password"])(
  "by %s a password of any signs lets in, and one that is missing is said to be",
  async (method) => {
    const database = await postgres.newDatabase("migrated");
    const password = "s3cr€t p@ss/%?#:&'\"\\";
    const role = `asked_${method.slice(0, 2)}`;
    await database.run(`SET password_encryption = '${method === "md5" ? "md5" : "scram-sha-256"}';
    CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD $$${password}$$`);
    await asksFor(method, role, database);
    const url = asRole(database.url, role);
    const withPassword = (text: string) => url.replace("@", `:${encodeURIComponent(text)}@`);
    await using ledger = await open(withPassword(password));
    expect(await ledger.countRuns()).toEqual([]);
    expect(await refusal(open(withPassword("wrong")))).toMatchObject({ code: "ledger.unreachable" });
    const missing = await refusal(open(url));
    expect(missing).toMatchObject({ code: "ledger.unreachable", message: expect.stringMatching(/password/) });
  },
);

it.each([
  ["whose columns are others", "CREATE TABLE meta (id integer)"],
  ["that looks like ours", "CREATE TABLE meta (key text, value text); INSERT INTO meta VALUES ('schema', '99')"],
])("a database in which another program has a table meta %s is refused and left as it is", async (_, sql) => {
  const database = await postgres.newDatabase("empty");
  await database.run(sql);
  expect(await codeOf(open(database.url))).toBe("ledger.foreign-file");
  expect(await codeOf(migratePostgres({ url: database.url }))).toBe("ledger.foreign-file");
});

function asRole(url: string, role: string): string {
  return url.replace("postgres://postgres@", `postgres://${role}@`);
}

/** From the next connection on the server asks this role for its password. */
async function asksFor(method: string, role: string, database: TestDatabase): Promise<void> {
  const data = join(decodeURIComponent(new URL(database.url).hostname), "data");
  writeFileSync(join(data, "pg_hba.conf"), `local all ${role} ${method}\nlocal all all trust\n`);
  await database.run("SELECT pg_reload_conf()");
  const isLoaded = `SELECT 1 FROM pg_hba_file_rules WHERE '${role}' = ANY(user_name)`;
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await expect.poll(async () => (await client.query(isLoaded)).rowCount).toBe(1);
  await client.end();
}

async function refusal(opening: Promise<unknown>): Promise<RunledgerError> {
  const error = await opening.catch((caught: unknown) => caught);
  if (error instanceof RunledgerError) return error;
  throw new Error(`no refusal of ours: ${error}`);
}
