// TLS to PostgreSQL as the URL asks for it: what is encrypted, whose certificate is checked, and what is refused.
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLedger } from "../src/ledger/open-ledger.ts";
import {
  type RealPostgres,
  startMsMax,
  startPostgres,
  type TestDatabase,
} from "../src/ledger/postgres/real-postgres.fixture.ts";
import { freePort } from "./free-port.ts";
import { selfSignedCertificate } from "./self-signed-certificate.ts";

let folder: string;
let port: number;
let postgres: RealPostgres;
let database: TestDatabase;
let admin: Client;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-tls-"));
  // The server reads the key as whoever it runs as.
  chmodSync(folder, 0o755);
  port = await freePort();
  postgres = await startPostgres({ port });
  database = await postgres.newDatabase("migrated");
  admin = new Client({ connectionString: database.url });
  await admin.connect();
}, startMsMax);

afterAll(async () => {
  await admin?.end();
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("without a certificate the server is spoken to in the clear, unless the URL demands TLS", async () => {
  expect(await connected("127.0.0.1", "sslmode=prefer")).toEqual([false, false, false]);
  expect(await connected("127.0.0.1", "")).toEqual([false, false, false]);
  expect(await connected("127.0.0.1", "sslmode=require")).toBe("ledger.unreachable");
  expect(await connected("127.0.0.1", "sslmode=verify-full")).toBe("ledger.unreachable");
});

test("with one every connection is encrypted, and with disable none", async () => {
  await serveCertificate("localhost");
  expect(await connected("127.0.0.1", "sslmode=require")).toEqual([true, true, true]);
  expect(await connected("localhost", "sslmode=require")).toEqual([true, true, true]);
  expect(await connected("127.0.0.1", "")).toEqual([true, true, true]);
  expect(await connected("127.0.0.1", "sslmode=disable")).toEqual([false, false, false]);
});

test("verify-full wants a known certificate of this host, verify-ca a known one, require any", async () => {
  const mine = await serveCertificate("localhost");
  const known = `sslrootcert=${encodeURIComponent(mine)}`;
  expect(await connected("localhost", `sslmode=verify-full&${known}`)).toEqual([true, true, true]);
  expect(await connected("localhost", "sslmode=verify-full")).toBe("ledger.unreachable");
  const other = await serveCertificate("db.example");
  const renamed = `sslrootcert=${encodeURIComponent(other)}`;
  expect(await connected("localhost", `sslmode=verify-full&${renamed}`)).toBe("ledger.unreachable");
  expect(await connected("localhost", `sslmode=verify-ca&${renamed}`)).toEqual([true, true, true]);
  expect(await connected("localhost", `sslmode=verify-ca&${known}`)).toBe("ledger.unreachable");
  expect(await connected("localhost", `sslmode=require&${known}`)).toBe("ledger.unreachable");
  expect(await connected("localhost", "sslmode=require")).toEqual([true, true, true]);
  expect(await connected("localhost", "sslmode=verify-ca")).toBe("ledger.bad-url");
});

/** Whether each connection of a ledger that is used is encrypted, or the code of the refusal. */
async function connected(host: string, options: string): Promise<boolean[] | string> {
  const url = `postgres://postgres@${host}:${port}/${database.name}?application_name=tls-test&${options}`;
  try {
    await using ledger = await openLedger({ url, mustExist: true, cwd: folder, env: {} });
    await ledger.record({ type: "limit.set", data: { key: "agent:a", max: 1, who: "tester" } }, "tester");
    const lock = await ledger.holdLock(crypto.randomUUID());
    const { rows } = await admin.query<{ ssl: boolean }>(
      "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'tls-test'",
    );
    await lock.release();
    return rows.map(({ ssl }) => ssl);
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

/** Gives the server a new certificate for a host. @returns its path, to be known by it */
async function serveCertificate(host: string): Promise<string> {
  const { certPem, keyPem } = selfSignedCertificate(host);
  const name = crypto.randomUUID();
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  writeFileSync(cert, certPem);
  writeFileSync(key, keyPem, { mode: 0o600 });
  // Where tests run as root the server does not.
  if (process.getuid?.() === 0) chownSync(key, serverUid, serverUid);
  await admin.query(`ALTER SYSTEM SET ssl_cert_file = '${cert}'`);
  await admin.query(`ALTER SYSTEM SET ssl_key_file = '${key}'`);
  await admin.query("ALTER SYSTEM SET ssl = on");
  await admin.query("SELECT pg_reload_conf()");
  await expect.poll(() => served(), { timeout: 10_000 }).toBe(cert);
  return cert;
}

const serverUid = 65_534;

/** What new connections are served with: a backend that began after the reload knows it. */
async function served(): Promise<string | undefined> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const { rows } = await client.query<{ path: string; ssl: string }>(
    "SELECT current_setting('ssl_cert_file') AS path, current_setting('ssl') AS ssl",
  );
  await client.end();
  return rows[0]?.ssl === "on" ? rows[0].path : undefined;
}
