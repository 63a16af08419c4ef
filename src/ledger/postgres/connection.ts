// One connection to PostgreSQL. Queries are sent as they come, without waiting for the answers before them; they are
// done in order. Whoever opens closes; one that was lost is of no more use.

import type { ConnectionOptions } from "node:tls";
import { Client, type ClientConfig, type QueryResult, types } from "pg";
import { isTlsRefused } from "./postgres-errors.ts";
import type { PostgresPlace } from "./postgres-url.ts";

/** How long a statement may go unanswered before its connection counts as lost, milliseconds. */
const answerMsMax = 20_000;

/**
 * Statements that are sent together have as long as one, and each may wait for a lock. Their waits have to be over before
 * the connection counts as lost: the server would wait on for a client that is gone, and the next connection beside it.
 */
const locksOfAnswer = 4;

/** Oids of int8, whose values are within 2^53 here, and of numeric, which sums of int8 have. */
const wholeNumbers = [20, 1700];

const ownTypes: NonNullable<ClientConfig["types"]> = {
  getTypeParser: ((oid: number, format?: string) =>
    wholeNumbers.includes(oid) && format !== "binary"
      ? Number
      : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser,
};

/** Each statement is planned once a connection, under a name of its own; there are as many as there are SQL texts here. */
const names = new Map<string, string>();

function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = `runledger_${names.size + 1}`;
    names.set(text, name);
  }
  return name;
}

/** What else a connection may be for. */
export type ConnectionUse = {
  heard?: Notified;
  /** For work on the whole database: a statement may take as long as it takes. */
  isPatient?: boolean;
  /** How long a statement of any other use may go unanswered, milliseconds. */
  answerMs?: number;
};

/** Called when a session has notified a channel that this one listens to, with what it said. */
export type Notified = (said: string) => void;

export class Connection {
  readonly #client: Client;
  #isNaming = false;
  #isPooled = false;
  #serverPid = 0;
  #isHeldBack = false;
  readonly #lockMs: number;
  readonly #lost = Promise.withResolvers<void>();
  readonly #openedAtMs = performance.now();
  #isLost = false;

  private constructor(client: Client, lockMs: number) {
    this.#client = client;
    this.#lockMs = lockMs;
    client.on("error", () => this.#lose());
    client.on("end", () => this.#lose());
  }

  /** @throws what `pg` throws if the server is not there or does not let us in. */
  static async open(place: PostgresPlace, use: ConnectionUse = {}): Promise<Connection> {
    try {
      return await Connection.#connect(place, place.config.ssl ?? false, use);
    } catch (error) {
      if (place.sslMode !== "prefer" || !isTlsRefused(error)) throw error;
      return Connection.#connect(place, false, use);
    }
  }

  static async #connect(
    place: PostgresPlace,
    ssl: boolean | ConnectionOptions,
    use: ConnectionUse,
  ): Promise<Connection> {
    const { heard = () => {}, isPatient = false, answerMs = answerMsMax } = use;
    const patience = isPatient ? {} : { query_timeout: answerMs };
    const client = new Client({ ...place.config, ssl, pipeline: true, types: ownTypes, ...patience });
    const connection = new Connection(client, isPatient ? 0 : Math.ceil(answerMs / locksOfAnswer));
    client.on("notification", ({ payload = "" }) => heard(payload));
    await client.connect();
    await connection.#look(place.prepare);
    return connection;
  }

  /** Finds out whether a pooler stands between: it tells the client of another process than the one that answers. */
  async #look(prepare: PostgresPlace["prepare"]): Promise<void> {
    try {
      const { rows } = await this.#client.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      this.#serverPid = rows[0]?.pid ?? 0;
    } catch (error) {
      this.abandon();
      throw error;
    }
    this.#isPooled = this.#serverPid !== (this.#client as Client & { processID: number | null }).processID;
    this.#isNaming = prepare === "always" || (prepare === "unless-pooled" && !this.#isPooled);
  }

  /** Rows of a statement. Its text is one of a fixed few: what differs from call to call is in `values`. */
  async rows<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return (await this.#send(text, values)).rows as Row[];
  }

  /** Rows of a statement whose text is made anew for each call, and which is planned with its values. */
  async unnamedRows<Row extends object>(text: string, values: unknown[]): Promise<Row[]> {
    if (this.#isLost) throw new Error("Connection terminated");
    return (await this.#client.query({ text, values })).rows as Row[];
  }

  /** The first row, or null. */
  async row<Row extends object>(text: string, values: unknown[] = []): Promise<Row | null> {
    return (await this.rows<Row>(text, values))[0] ?? null;
  }

  /** Runs a statement. @returns its command tag, which of a COMMIT that failed is ROLLBACK. */
  async run(text: string, values: unknown[] = []): Promise<string> {
    return (await this.#send(text, values)).command;
  }

  /** Runs several statements that take no values, as one. */
  async script(text: string): Promise<void> {
    await this.#client.query(text);
  }

  /** How long it has been there, milliseconds. */
  get ageMs(): number {
    return performance.now() - this.#openedAtMs;
  }

  /** How long a statement of a transaction may wait for a lock, milliseconds; 0: as long as it takes. */
  get lockMs(): number {
    return this.#lockMs;
  }

  /** A pooler stands between, so that the next transaction may be another session's. */
  get isPooled(): boolean {
    return this.#isPooled;
  }

  /** The process of the server that answered first; behind a pooler of transactions others answer later. */
  get serverPid(): number {
    return this.#serverPid;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Resolves when the connection is lost or closed. */
  get lost(): Promise<void> {
    return this.#lost.promise;
  }

  /** Ends it at once, for a connection whose state nobody knows. */
  abandon(): void {
    this.#lose();
    this.#client.connection.stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#isLost) return;
    this.#lose();
    await this.#client.end().catch(() => {});
  }

  async #send(text: string, values: unknown[]): Promise<QueryResult> {
    if (this.#isLost) throw new Error("Connection terminated");
    const query = this.#isNaming ? { name: nameOf(text), text, values } : { text, values };
    this.#holdBack();
    return this.#client.query(query);
  }

  /** What is sent in one turn crosses to the server at once: each write of its own would wake it for a piece. */
  #holdBack(): void {
    if (this.#isHeldBack) return;
    this.#isHeldBack = true;
    const { stream } = this.#client.connection;
    stream.cork();
    process.nextTick(() => {
      this.#isHeldBack = false;
      stream.uncork();
    });
  }

  #lose(): void {
    this.#isLost = true;
    this.#lost.resolve();
  }
}
