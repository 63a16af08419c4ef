// Reads a PostgreSQL URL: how to connect, and what of it may be shown. Host, user, TLS and the rest mean what they mean
// to libpq; a password comes out of the URL, PGPASSWORD or a pgpass file and is never shown.

import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { ClientConfig } from "pg";
import { RunledgerError } from "../../core/errors.ts";

export const sslModes = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
export type SslMode = (typeof sslModes)[number];

export type PostgresPlace = {
  /** The URL without its password, for people. */
  shown: string;
  config: ClientConfig;
  sslMode: SslMode;
  /** False behind a transaction pooler that cannot keep prepared statements: `?prepare=false`. */
  isPreparing: boolean;
};

/** Options that a URL may have; an unknown one is refused, since leaving one out can mean leaving out TLS. */
const known = [
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "application_name",
  "connect_timeout",
  "prepare",
];

const connectMsMax = 10_000;

export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}

/** @throws RunledgerError `ledger.bad-url`; it never repeats the URL, which may hold a password. */
export function readPostgresUrl(text: string, env: NodeJS.ProcessEnv): PostgresPlace {
  const url = URL.parse(text);
  if (url === null || !isPostgresUrl(text)) throw refuse("it is no postgres:// URL");
  for (const name of url.searchParams.keys()) {
    if (!known.includes(name)) throw refuse(`it has the option ${name}; known are ${known.join(", ")}`);
  }
  const option = (name: string): string | null => url.searchParams.get(name) || null;
  const server = readServer(url, option, env);
  const { host, port, user, database } = server;
  const password = option("password") ?? (decode(url.password) || null);
  const isSocket = host.startsWith("/");
  const sslMode = isSocket ? "disable" : readSslMode(option("sslmode") ?? env.PGSSLMODE ?? "prefer");
  return {
    shown: `postgres://${user}@${isSocket ? encodeURIComponent(host) : `${host}:${port}`}/${database}`,
    sslMode,
    isPreparing: option("prepare") !== "false",
    config: {
      ...server,
      ...(password !== null && { password }),
      application_name: option("application_name") ?? "runledger",
      connectionTimeoutMillis: readSeconds(option("connect_timeout")) ?? connectMsMax,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      ssl: tlsOptions(sslMode, { host, option }),
    },
  };
}

type Option = (name: string) => string | null;

/** What the URL leaves out is what libpq would take: its environment, then its defaults. */
function readServer(url: URL, option: Option, env: NodeJS.ProcessEnv) {
  const host = option("host") ?? (decode(url.hostname.replace(/^\[(.+)\]$/, "$1")) || env.PGHOST || "localhost");
  const port = Number(option("port") ?? (url.port || env.PGPORT || 5432));
  const user = option("user") ?? (decode(url.username) || env.PGUSER || env.USER || "");
  const database = option("dbname") ?? (decode(url.pathname.slice(1)) || env.PGDATABASE || user);
  if (user === "" || database === "") throw refuse("it names no user or no database");
  return { host, port, user, database };
}

/** True if the URL holds a password, which on a command line every process of the machine can read. */
export function hasPassword(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && (url.password !== "" || url.searchParams.has("password"));
}

function tlsOptions(mode: SslMode, { host, option }: { host: string; option: Option }): ConnectionOptions | false {
  if (mode === "disable") return false;
  const file = (name: string): Buffer | undefined => {
    const path = option(name);
    return path === null ? undefined : readPem(name, path);
  };
  const [ca, cert, key] = [file("sslrootcert"), file("sslcert"), file("sslkey")];
  if (mode === "verify-ca" && ca === undefined) throw refuse("sslmode=verify-ca needs sslrootcert");
  // As in libpq, `require` with a root certificate checks it.
  const isVerifying = mode.startsWith("verify") || (mode === "require" && ca !== undefined);
  return {
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }),
    rejectUnauthorized: isVerifying,
    ...(isVerifying && mode !== "verify-full" && { checkServerIdentity: () => undefined }),
  };
}

function readPem(name: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new RunledgerError("ledger.bad-url", `the file of ${name} cannot be read: ${path}`, { cause });
  }
}

function readSslMode(text: string): SslMode {
  const mode = sslModes.find((one) => one === text);
  if (mode === undefined) throw refuse(`sslmode=${text} is none of ${sslModes.join(", ")}`);
  return mode;
}

function readSeconds(text: string | null): number | null {
  if (text === null) return null;
  if (!/^[1-9]\d{0,3}$/.test(text)) throw refuse("connect_timeout is a number of seconds");
  return Number(text) * 1000;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse("it holds a % that begins no escape");
  }
}

function refuse(cause: string): RunledgerError {
  return new RunledgerError("ledger.bad-url", `the PostgreSQL URL cannot be used: ${cause}`);
}
