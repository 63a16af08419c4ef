// Five bugs that real systems of this kind have shipped, as changes of this product's sources. `npm run faults -- --teeth`
// shows that the suite finds each: a suite that finds nothing in a product with a bug proves nothing about one without.

import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

/** A change of one source file, by its whole path. */
export type Edit = { path: string; from: string; to: string };

type Plant = { what: string; edits: readonly { file: string; from: string; to: string }[] };

export const plants: Record<string, Plant> = {
  "offset-outside": {
    what: "how far a journal was taken is stored outside the transaction of its events",
    edits: [
      { file: "001-initial.ts", from: "CREATE UNIQUE INDEX events_of_record", to: "CREATE INDEX events_of_record" },
      {
        file: "journal-cursor.ts",
        from: "const row = statement(db, sql).get(runId, attempt) as JournalCursor | undefined;",
        to: `const key = \`offset \${runId} \${attempt}\`;
  const kept = statement(db, "SELECT value FROM meta WHERE key = ?").get(key) as { value: string } | undefined;
  const row = kept === undefined ? undefined : (JSON.parse(kept.value) as JournalCursor);`,
      },
      {
        file: "group-commit.ts",
        from: "for (const { member, value } of values) member.succeed(value);",
        to: `for (const { member, value } of values) {
      if (member.name === "ingest") {
        const { runId, attempt } = member.argument;
        const sql = "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)";
        statement(db, sql).run(\`offset \${runId} \${attempt}\`, JSON.stringify(value.cursor));
      }
      member.succeed(value);
    }`,
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
        from: "return !forestallRunner(folder) && facts !== null && !isFileLockFree(facts.lock);",
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
export function editsOf(name: string): Edit[] {
  const plant = plants[name];
  if (plant === undefined)
    throw new Error(`there is no planted bug ${name}; there are ${Object.keys(plants).join(", ")}`);
  const root = fileURLToPath(new URL("../../src/", import.meta.url));
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" });
  return plant.edits.flatMap(({ file, from, to }) => {
    const paths = sources.filter((path) => basename(path) === file).map((path) => join(root, path));
    const fitting = paths.filter((path) => readFileSync(path, "utf8").includes(from));
    if (fitting.length === 0)
      throw new Error(`the bug ${name} cannot be planted: no ${file} has ${JSON.stringify(from)}`);
    return fitting.map((path) => ({ path, from, to }));
  });
}
