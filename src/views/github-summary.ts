// Runs as a step summary of GitHub Actions: a line that counts them, and a table with their verdicts.

import { unreachable } from "../core/errors.ts";
import { shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";
import { oneLine } from "./columns.ts";
import { counted, duration, grouped, score } from "./number-words.ts";
import { agentWords, subjectWords } from "./run-words.ts";
import { type TestOutcome, testOutcome } from "./test-outcome.ts";
import { cleanForTerminal } from "./tone.ts";

export type GithubSummary = {
  take(run: Run): void;
  /** Markdown, ending with an empty line so that another summary may follow. */
  text(): string;
};

/** Rows of the table: a summary above 1 MiB is refused as a whole. */
const rowsMax = 1_000;
const cellWidth = 160;

/** A summary without runs. */
export function githubSummary(): GithubSummary {
  const counts: Record<TestOutcome["kind"], number> = { passed: 0, failure: 0, error: 0, skipped: 0 };
  const rows: string[] = [];
  let runs = 0;
  return {
    take(run) {
      const outcome = testOutcome(run);
      runs += 1;
      counts[outcome.kind] += 1;
      if (rows.length < rowsMax) rows.push(row(run, outcome));
    },
    text() {
      const left = runs - rows.length;
      return [
        `### ${counted(runs, "run")}: ${countWords(counts)}`,
        "",
        "| verdict | subject | agent | score | took | run | note |",
        "| --- | --- | --- | --: | --: | --- | --- |",
        ...rows,
        ...(left === 0 ? [] : ["", `${counted(left, "more run")}, counted above and not listed.`]),
        "",
        "",
      ].join("\n");
    },
  };
}

function row(run: Run, outcome: TestOutcome): string {
  const ms = tookMs(run);
  const took = ms === null ? "" : duration(ms);
  const cells = [
    verdict(run, outcome),
    cell(subjectWords(run)),
    cell(agentWords(run)),
    score(run.score),
    took,
    `<code>${shortId(run.id)}</code>`,
    cell(outcome.message),
  ];
  return `| ${cells.join(" | ")} |`;
}

/** Completed alone is no success: where nothing was to be passed there is no mark. */
function verdict(run: Run, { kind }: TestOutcome): string {
  switch (kind) {
    case "passed":
      return run.passed === true ? "✅ passed" : run.status;
    case "failure":
      return run.status === "completed" ? "❌ below" : `❌ ${word(run)}`;
    case "error":
      return `⚠️ ${run.status === "completed" ? "unscored" : word(run)}`;
    case "skipped":
      return word(run);
    default:
      return unreachable(kind);
  }
}

function word({ status }: Run): string {
  return status.replace("_", " ");
}

function countWords(counts: Record<TestOutcome["kind"], number>): string {
  const words = { passed: "passed", failure: "failed", error: "with errors", skipped: "cancelled" };
  const kinds = Object.keys(words) as TestOutcome["kind"][];
  const parts = kinds.filter((kind) => counts[kind] > 0).map((kind) => `${grouped(counts[kind])} ${words[kind]}`);
  return parts.length === 0 ? "none" : parts.join(" · ");
}

/** Text of others within a table: no markdown, no HTML, no mention of anybody. */
function cell(text: string): string {
  const flat = oneLine(cleanForTerminal(text), cellWidth);
  return flat.replace(/[&<>|\\`*_~[\]@#!]/g, (char) => `&#${char.charCodeAt(0)};`);
}
