// A SQLite ledger as it is after years, made within minutes: copies of one run that completed, each with an id, times,
// events and links of its own, so that a verification of any of them finds nothing. The first runs are real ones, of which
// there is one of a kind: what is looked for at the far end of a list.

import { join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { samplePlan } from "../src/ledger/contract/experiments.contract.ts";
import {
  actor,
  complete,
  conclusionOf,
  endingOf,
  ingest,
  lose,
  queue,
  scoreRecord,
  start,
  startedRecord,
} from "../src/ledger/contract/samples.contract.ts";
import { firstLink, linkText, nextLink } from "../src/ledger/link.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { Rare } from "./list-queries.ts";

const marks = { subject: "SUBJECT", agent: "AGENT", team: "TEAM" };
const [subjects, agents, teams] = [2_000, 20, 20];
const agentDigest = `sha256:${"a".repeat(64)}`;
const eventsEach = 10;
/** Copies are this far apart, milliseconds. */
const apartMs = 60_000;

type Row = Record<string, string | number | null>;
/** A text in pieces: what stands in every copy, and what is filled in. */
type Template = (of: Copy) => string;
type Copy = { id: string; subject: string; agent: string; team: string; laterMs: number; position: number };

/** Grows a new ledger in this folder to so many runs. @returns what is rare, and ids of copies to verify */
export async function growSqlite(home: string, runs: number): Promise<{ rare: Rare; sample: string[] }> {
  const { rare, templateId } = await makeFirst(home);
  const db = new DatabaseSync(join(home, "ledger.sqlite"));
  try {
    db.exec("PRAGMA synchronous = OFF; PRAGMA cache_size = -262144;");
    const indexes = db
      .prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'")
      .all() as { name: string; sql: string }[];
    for (const { name } of indexes) db.exec(`DROP INDEX ${name}`);
    const sample = copyRun(db, { templateId, copies: runs - 7 });
    for (const { sql } of indexes) db.exec(sql);
    count(db);
    db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    return { rare, sample };
  } finally {
    db.close();
  }
}

async function makeFirst(home: string): Promise<{ rare: Rare; templateId: string }> {
  await using ledger = await openLedger({ url: home, mustExist: false });
  const subject = async (id: string) => ({
    kind: "benchmark" as const,
    id,
    digest: await ledger.putBlob(Buffer.from("a subject")),
  });
  const agent = (name: string) => ({
    ...{ name, kind: "deterministic" as const, digest: agentDigest, model: null, reference: true },
  });
  const plan = await samplePlan(ledger, { subjects: 1, trials: 1 });
  const experimentId = (await ledger.planExperiment(plan, actor)).id;
  await complete(ledger, { subject: await subject("rare") });
  await complete(ledger, { agent: agent("rare") });
  await complete(ledger, { labels: { rare: "1" } });
  await complete(ledger, {}, ["score.recorded", { score: 0, passed: false, minScore: 1 }]);
  await queue(ledger, { kind: "command", agent: null });
  await lose(ledger, await start(ledger));
  const template = await start(ledger, {
    ...{ subject: await subject(marks.subject), agent: agent(marks.agent), labels: { team: marks.team } },
  });
  const logged = Array.from({ length: 4 }, (_, n): [string, object] => [
    "log.written",
    { level: "info", message: `${n}` },
  ]);
  await ingest(ledger, template, startedRecord, ...logged, scoreRecord);
  await ledger.conclude(conclusionOf(template, endingOf("ok"), template.journal.finish()));
  return { rare: { subject: "rare", agent: "rare", label: "rare=1", experimentId }, templateId: template.runId };
}

/** @returns some of the copies' ids */
function copyRun(db: DatabaseSync, { templateId, copies }: { templateId: string; copies: number }): string[] {
  const of = (table: string) => db.prepare(`SELECT * FROM ${table} WHERE run_id = ?`).all(templateId) as Row[];
  const [events, [run], attempts] = [of("events"), of("runs"), of("attempts")];
  if (run === undefined || events.length !== eventsEach) throw new Error(`the template has ${events.length} events`);
  const templates = events.map((event) => templateOf(String(event.data), templateId));
  const stateOf = templateOf(String(run.state), templateId);
  const put = { event: insert(db, "events", events[0] ?? {}), run: insert(db, "runs", run) };
  const putAttempt = insert(db, "attempts", attempts[0] ?? {});
  const putLabel = db.prepare("INSERT INTO run_labels (key, value, created) VALUES ('team', ?, ?)");
  const sample: string[] = [];
  const base = Number((db.prepare("SELECT max(position) AS newest FROM events").get() as Row).newest) + 1;
  db.exec("BEGIN");
  for (let i = 0; i < copies; i += 1) {
    const position = base + i * eventsEach;
    const laterMs = (i + 1) * apartMs;
    const copy: Copy = {
      id: idOf(Number(run.queued_at) + laterMs, i),
      ...{ subject: `b-${i % subjects}`, agent: `a-${i % agents}`, team: String.fromCharCode(97 + (i % teams)) },
      ...{ laterMs, position },
    };
    const link = putEvents(put.event, { events, templates, copy });
    const times = { queued_at: Number(run.queued_at) + laterMs, ended_at: Number(run.ended_at) + laterMs };
    const reversed = [...copy.id.replaceAll("-", "")].reverse().join("").slice(0, String(run.id_reversed).length);
    put.run({
      ...{ ...run, ...times, created: position, run_id: copy.id, id_reversed: reversed, link },
      ...{ subject_id: copy.subject, agent_name: copy.agent, state: stateOf(copy) },
    });
    for (const attempt of attempts) putAttempt({ ...attempt, run_id: copy.id });
    putLabel.run(copy.team, position);
    if (i % Math.ceil(copies / 20) === 0) sample.push(copy.id);
    if (i % 20_000 === 19_999) db.exec("COMMIT; BEGIN");
  }
  db.exec("COMMIT");
  return sample;
}

/** @returns the run's last link */
function putEvents(
  put: (row: Row) => void,
  { events, templates, copy }: { events: readonly Row[]; templates: readonly Template[]; copy: Copy },
): string {
  let [link, texts] = [firstLink(copy.id), ""];
  for (const [index, event] of events.entries()) {
    const data = templates[index]?.(copy) ?? "";
    // A journal's times are as they are: nobody compares them.
    const at = Number(event.at) + (event.n !== null && event.type !== "attempt.ended" ? 0 : copy.laterMs);
    texts += linkText({
      ...{ seq: Number(event.seq), attempt: numberOrNull(event.attempt), v: Number(event.v), type: String(event.type) },
      ...{ atMs: at, actor: String(event.actor), n: numberOrNull(event.n), end: numberOrNull(event.journal_end) },
      ...{ crc: event.journal_crc === null ? null : String(event.journal_crc), dataText: data },
    });
    const ends = event.link !== null;
    if (ends) [link, texts] = [nextLink(link, texts), ""];
    const recorded = Number(event.recorded_at) + copy.laterMs;
    const row = { ...event, position: copy.position + index, run_id: copy.id, at, recorded_at: recorded };
    put({ ...row, data, link: ends ? link : null });
  }
  return link;
}

function numberOrNull(value: string | number | null | undefined): number | null {
  return value == null ? null : Number(value);
}

function insert(db: DatabaseSync, table: string, row: Row): (row: Row) => void {
  const names = Object.keys(row);
  const sql = `INSERT INTO ${table} (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`;
  const statement: StatementSync = db.prepare(sql);
  return (one) => void statement.run(...names.map((name) => one[name] ?? null));
}

/** A UUID of version 7 of this time. */
function idOf(ms: number, i: number): string {
  const time = ms.toString(16).padStart(12, "0");
  // Spread like random ones, so that the ends by which people name runs are.
  const tail = ((i * 2_654_435_761) % 2 ** 32).toString(16).padStart(8, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(i % 65_536).toString(16).padStart(4, "0")}${tail}`;
}

/** The times of a state are its own, its place is where its newest event lies. */
function templateOf(text: string, id: string): Template {
  const marked = new RegExp(
    `(${id}|"${marks.subject}"|"${marks.agent}"|"${marks.team}"|\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z|"position":\\d+)`,
  );
  const parts = text.split(marked);
  return (copy) => parts.map((part, index) => (index % 2 === 0 ? part : filled(part, copy, id))).join("");
}

function filled(part: string, copy: Copy, id: string): string {
  if (part === id) return copy.id;
  if (part === `"${marks.subject}"`) return `"${copy.subject}"`;
  if (part === `"${marks.agent}"`) return `"${copy.agent}"`;
  if (part === `"${marks.team}"`) return `"${copy.team}"`;
  if (part.startsWith('"position"')) return `"position":${copy.position + eventsEach - 1}`;
  return new Date(Date.parse(part) + copy.laterMs).toISOString();
}

/** The folds that count, made anew from the runs. */
function count(db: DatabaseSync): void {
  const tallies = (subject: string) => `SELECT agent_name, '${agentDigest}', 1, ${subject}, count(*),
    sum(status = 'completed'), sum(passed IS 1), sum(passed IS 1) * 1000000000 FROM runs
    WHERE kind = 'benchmark' AND ended_at IS NOT NULL GROUP BY agent_name, 4`;
  const verdict = "CASE passed WHEN 1 THEN 'passed' WHEN 0 THEN 'below' ELSE 'none' END";
  db.exec(`BEGIN; DELETE FROM counts;
    INSERT INTO counts SELECT '', status, ${verdict}, count(*) FROM runs GROUP BY 2, 3;
    INSERT INTO counts SELECT 'subject:' || subject_id, status, ${verdict}, count(*) FROM runs GROUP BY subject_id, 2, 3;
    DELETE FROM agent_tallies;
    INSERT INTO agent_tallies (agent, digest, reference, subject_id, runs, scored, passed, score) ${tallies("''")};
    INSERT INTO agent_tallies (agent, digest, reference, subject_id, runs, scored, passed, score) ${tallies("subject_id")};
    COMMIT;`);
}
