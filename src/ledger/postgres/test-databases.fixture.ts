// Databases for tests on a PostgreSQL server: made when they are asked for, emptied for the next who asks, and gone when
// the server is closed.

import { randomBytes } from "node:crypto";
import { Client } from "pg";
import { migratePostgres } from "./migrate.ts";

export type TestDatabase = {
  name: string;
  url: string;
  /** Runs SQL on it, past any ledger. */
  run(sql: string): Promise<void>;
  /** A migrated one is emptied for the next who asks: that is ten times as fast as to make one. */
  giveBack(): Promise<void>;
};

/** All that tests leave in a migrated database. */
const emptySql = `TRUNCATE events, blobs, logs, tombstones, locks, runs, run_keys, run_labels, attempts, counts, experiments,
  tallies, limits, slots, workers, tokens, catalog, agent_tallies; ALTER SEQUENCE positions RESTART; DROP FUNCTION IF EXISTS refuse CASCADE`;

export class Databases {
  readonly #urlOf: (database: string) => string;
  readonly #tag = randomBytes(4).toString("hex");
  readonly #made = new Set<string>();
  readonly #free: TestDatabase[] = [];
  #template: Promise<string> | null = null;

  constructor(urlOf: (database: string) => string) {
    this.#urlOf = urlOf;
  }

  async make(kind: "empty" | "migrated"): Promise<TestDatabase> {
    const used = kind === "migrated" ? this.#free.pop() : undefined;
    if (used !== undefined) return used;
    if (kind === "migrated") this.#template ??= this.#makeTemplate();
    const name = await this.#create(kind === "empty" ? null : ((await this.#template) ?? null));
    const url = this.#urlOf(name);
    const run = (sql: string) => runOn(url, sql);
    const database: TestDatabase = {
      ...{ name, url, run },
      giveBack: () => (kind === "empty" ? this.#drop(name) : run(emptySql).then(() => void this.#free.push(database))),
    };
    return database;
  }

  async copy(of: TestDatabase): Promise<TestDatabase> {
    const name = await this.#create(of.name);
    const url = this.#urlOf(name);
    return { name, url, run: (sql) => runOn(url, sql), giveBack: () => this.#drop(name) };
  }

  async dropAll(): Promise<void> {
    for (const name of this.#made) await this.#drop(name);
  }

  async #makeTemplate(): Promise<string> {
    const name = await this.#create(null);
    await migratePostgres({ url: this.#urlOf(name) });
    return name;
  }

  async #create(template: string | null): Promise<string> {
    const name = `runledger_test_${this.#tag}_${this.#made.size + 1}`;
    this.#made.add(name);
    const from = template === null ? "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'" : `TEMPLATE ${template}`;
    await runOn(this.#urlOf("postgres"), `CREATE DATABASE ${name} ${from}`);
    return name;
  }

  async #drop(name: string): Promise<void> {
    this.#made.delete(name);
    await runOn(this.#urlOf("postgres"), `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }
}

async function runOn(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
