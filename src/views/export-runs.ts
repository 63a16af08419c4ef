// Runs in the formats of other tools. Each is a fold of the ledger's events; none holds anything that is not in them.

import { RunledgerError, unreachable } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import type { Run } from "../core/run.ts";
import { githubSummary } from "./github-summary.ts";
import { junitReport } from "./junit.ts";
import { csvHeader, runCsvRow } from "./run-csv.ts";
import { eventResource } from "./run-resource.ts";
import { collectSteps, sessionFile } from "./session-file.ts";
import { traceLines } from "./trace-lines.ts";

export const exportFormats = ["session", "state", "jsonl", "csv", "otlp", "junit", "github"] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** A run and the events from which its fold comes, up to the same moment. */
export type ExportedRun = { run: Run; events(): AsyncIterable<LedgerEvent> };

/** The runs as text of the format, piece by piece. @throws RunledgerError `usage.bad-value` for `state` of no simulation */
export async function* exportRuns(format: ExportFormat, runs: AsyncIterable<ExportedRun>): AsyncGenerator<string> {
  switch (format) {
    case "session":
      return yield* sessions(runs);
    case "state":
      return refuseState(runs);
    case "jsonl":
      for await (const { events } of runs) yield* eventLines(events());
      return;
    case "csv":
      yield csvHeader;
      for await (const { run } of runs) yield runCsvRow(run);
      return;
    case "otlp":
      for await (const { events } of runs) yield* traceLines(events());
      return;
    case "junit":
      return yield* summed(junitReport(), runs);
    case "github":
      return yield* summed(githubSummary(), runs);
    default:
      return unreachable(format);
  }
}

/** One run is its session file; several are a list of them. */
async function* sessions(runs: AsyncIterable<ExportedRun>): AsyncGenerator<string> {
  let first: string | null = null;
  let count = 0;
  for await (const { run, events } of runs) {
    const steps = collectSteps();
    for await (const event of events()) steps.take(event);
    const text = JSON.stringify(sessionFile(run, steps.result()), null, 2);
    count += 1;
    if (count === 1) first = text;
    else yield count === 2 ? `[\n${first},\n${text}` : `,\n${text}`;
  }
  if (count === 1) yield `${first}\n`;
  else yield count === 0 ? "[]\n" : "\n]\n";
}

/** Only a simulation has a world that goes from step to step; this build runs none. */
async function refuseState(runs: AsyncIterable<ExportedRun>): Promise<void> {
  for await (const { run } of runs) {
    const detail = `state is the world of a simulation, and run ${run.id} is a ${run.kind}; its session has what it did`;
    throw new RunledgerError("usage.bad-value", detail);
  }
}

async function* eventLines(events: AsyncIterable<LedgerEvent>): AsyncGenerator<string> {
  for await (const event of events) yield `${JSON.stringify(eventResource(event))}\n`;
}

/** A format whose first line sums up the last run. */
async function* summed(
  report: { take(run: Run): void; text(): string },
  runs: AsyncIterable<ExportedRun>,
): AsyncGenerator<string> {
  for await (const { run } of runs) report.take(run);
  yield report.text();
}
