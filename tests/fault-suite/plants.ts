// Five bugs that real systems of this kind have shipped, as changes of this product's sources. `npm run faults -- --teeth`
// shows that the suite finds each: a suite that finds nothing in a product with a bug proves nothing about one without.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A change of one file of the product, by its path in the repository. */
export type Edit = { path: string; from: string; to: string };

/**
 * Changes of files by their names; those of an adapter are for the ledgers that it is for. A database on a server is made
 * by the product as it is, and `serverSql` makes it what the planted one would have made.
 */
type Changes = readonly { file: string; from: string; to: string }[];
type Plant = { what: string; edits: Changes; sqlite?: Changes; postgres?: Changes; serverSql?: string };

export type LedgerKind = "sqlite" | "postgres";

export const plants: Record<string, Plant> = {
  "offset-outside": {
    what: "how far a journal was taken is stored outside the transaction of its events",
    edits: [
      { file: "001-initial.ts", from: "CREATE UNIQUE INDEX events_of_record", to: "CREATE INDEX events_of_record" },
    ],
    sqlite: [
      {
        file: "journal-cursor.ts",
        from: "const row = statement(db, sql).get(runId, attempt) as JournalCursor | undefined;",
        to: `const key = \`offset \${runId} \${attempt}\`;
  const kept = statement(db, "SELECT value FROM meta WHERE key = ?").get(key) as { value: string } | undefined;
  const row = kept === undefined ? undefined : (JSON.parse(kept.value) as JournalCursor);`,
      },
      {
        file: "group-commit.ts",
        from: "if (result.isOk) member.succeed(result.value);",
        to: `if (result.isOk) {
        if (member.name === "ingest") {
          const { runId, attempt } = member.argument;
          const sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)";
          statement(db, sql).run(\`offset \${runId} \${attempt}\`, JSON.stringify(result.value.cursor));
        }
        member.succeed(result.value);
      }`,
      },
    ],
    serverSql: "DROP INDEX IF EXISTS events_of_record",
    postgres: [
      {
        file: "read-facts.ts",
        from: `(SELECT n, journal_end, journal_crc FROM events
      WHERE events.run_id = asked.run_id AND events.attempt = asked.attempt AND n IS NOT NULL
      ORDER BY n DESC LIMIT 1) AS last`,
        to: `(SELECT (value::json->>'n')::bigint AS n, (value::json->>'offset')::bigint AS journal_end,
      value::json->>'crc' AS journal_crc FROM meta WHERE key = 'offset ' || asked.run_id || ' ' || asked.attempt) AS last`,
      },
      {
        file: "group-commit.ts",
        from: "const value = decideWrite(tx, member.write);",
        to: `const value = decideWrite(tx, member.write);
        if (member.write.name === "ingest") taken.push({ of: member.write.batch, cursor: value.cursor });`,
      },
      {
        file: "group-commit.ts",
        from: "const answers: (() => void)[] = [];",
        to: "const answers: (() => void)[] = [];\n    const taken = [];",
      },
      {
        file: "group-commit.ts",
        from: "return commit(connection, { xid: facts.xid, tx, answer }, tellOn);",
        to: `const done = await commit(connection, { xid: facts.xid, tx, answer }, tellOn);
    for (const { of, cursor } of taken) {
      const key = \`offset \${of.runId} \${of.attempt}\`;
      const sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
      await connection.run(sql, [key, JSON.stringify(cursor)]);
    }
    return done;`,
      },
    ],
  },
  "cancelled-before-death": {
    what: "a run is called cancelled when its runner was told, and not when it was seen gone",
    edits: [
      {
        file: "supervise.ts",
        from: "#isGone(): boolean {",
        to: '#isGone(): boolean {\n    if (this.#run.status === "cancelling") return true;',
      },
      {
        file: "conclude.ts",
        from: "const containment = await endTree(folder);",
        to: 'const containment = (await ledger.getRun(of.run.id))?.status === "cancelling" ? null : await endTree(folder);',
      },
    ],
  },
  "claim-not-checked": {
    what: "what a supervisor writes is taken, whoever supervises by now",
    edits: [
      {
        file: "decide.ts",
        from: "attempt.outcome === null && attempt.claimId === claimId ?",
        to: "attempt.outcome === null ?",
      },
      { file: "ingest.ts", from: "if (claimId !== batch.claimId) {", to: "if (claimId === null) {" },
    ],
  },
  "lock-looked-at-once": {
    what: "a runner without a lock is believed to be gone, and not looked at again when it turns out to have a journal",
    edits: [
      {
        file: "conclude.ts",
        from: "return !forestallRunner(folder) && facts !== null && isRunnerAlive(ledger, facts);",
        to: "forestallRunner(folder);\n  return false;",
      },
    ],
  },
  "checkpoint-after-answer": {
    what: "a checkpoint is kept after the ending that names it was acknowledged",
    edits: [
      {
        file: "conclude.ts",
        from: "return (await ledger.putBlob(readFileSync(path))) === digest ? digest : null;",
        to: "setTimeout(() => void ledger.putBlob(readFileSync(path)).catch(() => undefined), 60);\n  return digest;",
      },
    ],
  },
};

/** The changes of a planted bug in the sources as they are. @throws if one of them does not fit any more */
export function editsOf(name: string, ledger: LedgerKind): Edit[] {
  const plant = plants[name];
  if (plant === undefined)
    throw new Error(`there is no planted bug ${name}; there are ${Object.keys(plants).join(", ")}`);
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const sources = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" });
  return [...plant.edits, ...(plant[ledger] ?? [])].flatMap(({ file, from, to }) => {
    const paths = sources.filter((path) => basename(path) === file).map((path) => join("src", path));
    const fitting = paths.filter((path) => readFileSync(join(root, path), "utf8").includes(from));
    if (fitting.length === 0)
      throw new Error(`the bug ${name} cannot be planted: no ${file} has ${JSON.stringify(from)}`);
    return fitting.map((path) => ({ path, from, to }));
  });
}
