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
  /** Whether statements get names, which a pooler may not keep: `?prepare=true` or `false`. */
  prepare: "always" | "never" | "unless-pooled";
  /** The way of the one connection that has to be a session, where it is another one: `?session=`. */
  session: PostgresPlace | null;
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
  "session",
];

const urlRules = "it takes one host, a port up to 65535, and %XX for signs like / : @ ? # in user and password";

const portByDefault = 5432;
const connectMsMax = 10_000;
/** Says that the session goes the same way as everything else, through a pooler that lends whole sessions. */
const sameWay = "same";

export function isPostgresUrl(url: string): boolean {
  return /^postgres(ql)?:/i.test(url);
}

/** @throws RunledgerError `ledger.bad-url`; it never repeats the URL, which may hold a password. */
export function readPostgresUrl(text: string, env: NodeJS.ProcessEnv): PostgresPlace {
  const parts = partsOf(text, "it");
  const session = parts.get("session");
  const place = { ...placeOf(parts, env), session: null };
  if (session === undefined) return place;
  const prepare = place.prepare === "always" ? "always" : "never";
  return { ...place, prepare, session: { ...placeOf(sessionParts(parts, session), env), session: null } };
}

/** True if the URL holds a password, which on a command line every process of the machine can read. */
export function hasPassword(text: string): boolean {
  const url = URL.parse(text);
  if (url === null) return false;
  return url.password !== "" || url.searchParams.has("password") || hasPassword(url.searchParams.get("session") ?? "");
}

/** What a URL says, by the name that the option has in its query. */
type Parts = ReadonlyMap<string, string>;

function partsOf(text: string, what: string): Parts {
  const url = URL.parse(text);
  if (!isPostgresUrl(text)) throw refuse(`${what} is no postgres:// URL`);
  if (url === null) throw refuse(`${what} cannot be read; ${urlRules}`);
  for (const name of url.searchParams.keys()) {
    if (!known.includes(name)) throw refuse(`${what} has the option ${name}; known are ${known.join(", ")}`);
  }
  const authority = {
    host: decode(url.hostname.replace(/^\[(.+)\]$/, "$1")),
    port: url.port,
    user: decode(url.username),
    password: decode(url.password),
    dbname: decode(url.pathname.slice(1)),
  };
  const given = [...Object.entries(authority), ...url.searchParams];
  return new Map(given.filter(([, value]) => value !== ""));
}

/** What the session's URL leaves out is as in the URL that it stands in. */
function sessionParts(parts: Parts, session: string): Parts {
  const own: Parts = session === sameWay ? new Map() : partsOf(session, "session");
  const rest = new Map(parts);
  for (const name of ["session", "prepare", ...(own.has("host") ? ["port"] : [])]) rest.delete(name);
  return new Map([...rest, ...own]);
}

function placeOf(parts: Parts, env: NodeJS.ProcessEnv): Omit<PostgresPlace, "session"> {
  const server = readServer(parts, env);
  const { host, port, user, database } = server;
  if (host.includes(",")) throw refuse(`it names several hosts; ${urlRules}`);
  const password = parts.get("password");
  const isSocket = host.startsWith("/");
  const sslMode = isSocket ? "disable" : readSslMode(parts.get("sslmode") ?? env.PGSSLMODE ?? "prefer");
  return {
    shown: `postgres://${encodeURIComponent(user)}@${shownHost(host, port)}/${encodeURIComponent(database)}`,
    sslMode,
    prepare: readPrepare(parts.get("prepare")),
    config: {
      ...server,
      ...(password !== undefined && { password }),
      application_name: parts.get("application_name") ?? "runledger",
      connectionTimeoutMillis: readSeconds(parts.get("connect_timeout")) ?? connectMsMax,
      keepAlive: true,
      keepAliveInitialDelayMillis: 5_000,
      ssl: tlsOptions(sslMode, { host, parts }),
    },
  };
}

/** As a URL takes it. A socket's port is part of its file's name, and seldom another than the usual one. */
function shownHost(host: string, port: number): string {
  if (!host.startsWith("/")) return `${host.includes(":") ? `[${host}]` : host}:${port}`;
  return `${encodeURIComponent(host)}${port === portByDefault ? "" : `:${port}`}`;
}

/** What the URL leaves out is what libpq would take: its environment, then its defaults. */
function readServer(parts: Parts, env: NodeJS.ProcessEnv) {
  const host = parts.get("host") ?? (env.PGHOST || "localhost");
  const port = Number(parts.get("port") ?? (env.PGPORT || portByDefault));
  const user = parts.get("user") ?? (env.PGUSER || env.USER || "");
  const database = parts.get("dbname") ?? (env.PGDATABASE || user);
  if (user === "" || database === "") throw refuse("it names no user or no database");
  return { host, port, user, database };
}

function readPrepare(text: string | undefined): PostgresPlace["prepare"] {
  if (text === undefined) return "unless-pooled";
  if (text !== "true" && text !== "false") throw refuse("prepare is true or false");
  return text === "true" ? "always" : "never";
}

function tlsOptions(mode: SslMode, { host, parts }: { host: string; parts: Parts }): ConnectionOptions | false {
  if (mode === "disable") return false;
  const file = (name: string): Buffer | undefined => {
    const path = parts.get(name);
    return path === undefined ? undefined : readPem(name, path);
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

function readSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
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
