// Attempt folders as a worker and a runner would have left them, for tests of what reads them.

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EventData } from "../core/events.ts";
import { effectiveLimits } from "../core/limits.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { encodeRecord, finishType, journalStart } from "../protocol/journal.ts";
import type { ControlLine, Finish, RunnerFacts, RunnerSpec } from "../protocol/spec.ts";

/** One record to be; `at` defaults to a second per record from ten o'clock on. */
export type Line = { type: string; data: Record<string, unknown>; at?: string };

const anyDigest = `sha256:${"0".repeat(64)}`;

/** What was queued, with whatever the test wants to be different. */
export function queuedData(change: Partial<EventData<"run.queued">> = {}): EventData<"run.queued"> {
  return {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "001-sol-transfer", digest: anyDigest },
    agent: { name: "deterministic", kind: "deterministic", digest: anyDigest, model: null, reference: true },
    name: null,
    params: {},
    seed: 7,
    labels: { team: "a" },
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries: 0, backoffMs: 1000, origins: ["worker", "lost"] },
    experimentId: null,
    trial: 1,
    minScore: 1,
    againOf: null,
    imported: false,
    who: "tester",
    ...change,
  };
}

/** The runner's first line. */
export const started: Line = {
  type: "attempt.started",
  data: { pid: 4242, startTicks: 1, containment: "sweep", build: "source", spare: false, versions: { node: "26" } },
};

/** The runner's last line. */
export function finished(change: Partial<Finish> = {}): Line {
  const finish = { outcome: "completed", error: null, checkpoint: null, isByCancel: false, ...change };
  return { type: finishType, data: finish };
}

/** A score of the whole run. */
export function scored(score: number): Line {
  return { type: "score.recorded", data: { score, passed: score >= 1, minScore: 1 } };
}

/** The lines with numbers, times and checksums. */
export function journalText(lines: readonly Line[]): string {
  let { n, crc } = journalStart;
  let text = "";
  for (const { type, data, at } of lines) {
    n += 1;
    const time = at ?? new Date(Date.UTC(2026, 10, 22, 10, 0, n)).toISOString();
    const record = encodeRecord({ n, at: time, type, dataText: JSON.stringify(data), previousCrc: crc });
    crc = record.crc;
    text += record.line;
  }
  return text;
}

export type AttemptToMake = {
  /** Folder of the run's attempts. */
  folder: string;
  runId: string;
  attempt?: number;
  /** Null makes no journal. */
  journal: readonly Line[] | string | null;
  control?: readonly ControlLine[];
  runner?: Partial<RunnerFacts>;
  queued?: Partial<EventData<"run.queued">>;
  spec?: Partial<RunnerSpec>;
  stdout?: string;
  stderr?: string;
};

/** Makes the folder and returns its path. */
export function makeAttempt(of: AttemptToMake): string {
  const { runId, attempt = 1, journal } = of;
  const path = join(of.folder, String(attempt));
  const write = (name: string, text: string): void => writeFileSync(join(path, name), text);
  mkdirSync(path, { recursive: true });
  const data = queuedData(of.queued);
  const spec: RunnerSpec = {
    v: 1,
    runId,
    attempt,
    kind: data.kind,
    subjectId: data.subject.id,
    content: {},
    agent: { name: "deterministic", kind: "deterministic", model: null },
    seed: data.seed,
    minScore: data.minScore,
    limits: data.limits,
    queued: { at: "2026-11-22T10:00:00.000Z", data },
    ...of.spec,
  };
  write(attemptFiles.spec, JSON.stringify(spec));
  const place = { bootId: "boot", pidns: "pid:[1]" };
  const facts = {
    pid: 4242,
    startTicks: 1,
    place,
    build: "source",
    lock: join(path, "no-lock"),
    claimId: `claim-${attempt}`,
  };
  write(attemptFiles.runner, JSON.stringify({ ...facts, ...of.runner }));
  if (journal !== null) write(attemptFiles.journal, typeof journal === "string" ? journal : journalText(journal));
  if (of.control !== undefined)
    write(attemptFiles.control, of.control.map((line) => `${JSON.stringify(line)}\n`).join(""));
  if (of.stdout !== undefined) write(attemptFiles.stdout, of.stdout);
  if (of.stderr !== undefined) write(attemptFiles.stderr, of.stderr);
  return path;
}
