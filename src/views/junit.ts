// Runs as JUnit XML, the report that every CI reads: one test case a run, one suite an agent. There is no standard of
// it; these are the elements and attributes that its readers agree on.

import { conditionOf } from "../core/plan-experiment.ts";
import type { Run } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";
import { type TestOutcome, testOutcome } from "./test-outcome.ts";
import { element, textOf } from "./xml.ts";

export type JUnitReport = {
  take(run: Run): void;
  /** The whole document. */
  text(): string;
};

type Suite = { cases: string[]; counts: Record<TestOutcome["kind"], number>; ms: number };

/** A report without runs. It holds one element a run, since a suite begins with its sums. */
export function junitReport(): JUnitReport {
  const suites = new Map<string, Suite>();
  return {
    take(run) {
      const name = run.agent?.name ?? run.kind;
      const suite = suites.get(name) ?? { cases: [], counts: { passed: 0, failure: 0, error: 0, skipped: 0 }, ms: 0 };
      suites.set(name, suite);
      const outcome = testOutcome(run);
      suite.cases.push(testCase(run, name, outcome));
      suite.counts[outcome.kind] += 1;
      suite.ms += msOf(run);
    },
    text() {
      const bodies = [...suites].map(([name, suite]) =>
        element("testsuite", { name, ...sumsOf([suite]) }, suite.cases.join("")),
      );
      const all = element("testsuites", { name: "runledger", ...sumsOf([...suites.values()]) }, bodies.join(""));
      return `<?xml version="1.0" encoding="UTF-8"?>\n${all}`;
    },
  };
}

function testCase(run: Run, classname: string, { kind, message, code }: TestOutcome): string {
  const head = { name: caseName(run), classname, time: seconds(msOf(run)), ...stamp(run) };
  const facts = { run: run.id, status: run.status, score: run.score, seed: run.seed, subject: run.subject.digest };
  const properties = Object.entries(facts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => element("property", { name, value: String(value) }));
  const verdict =
    kind === "passed"
      ? ""
      : kind === "skipped"
        ? element("skipped", { message })
        : element(kind, { message, type: code }, textOf(message));
  return element("testcase", head, `${element("properties", {}, properties.join(""))}${verdict}`);
}

/** The same from one time to the next, so that a CI can tell what became of a test; cells of an experiment differ. */
function caseName(run: Run): string {
  const { name, subject, trial, experimentId } = run;
  const condition = conditionOf(run);
  const cell = experimentId === null ? "" : `${condition === null ? "" : ` [${condition}]`} #${trial}`;
  return `${name ?? subject.id}${cell}`;
}

function sumsOf(suites: readonly Suite[]): Record<string, string> {
  const sum = (of: (suite: Suite) => number) => suites.reduce((total, suite) => total + of(suite), 0);
  return {
    tests: String(sum(({ cases }) => cases.length)),
    failures: String(sum(({ counts }) => counts.failure)),
    errors: String(sum(({ counts }) => counts.error)),
    skipped: String(sum(({ counts }) => counts.skipped)),
    time: seconds(sum(({ ms }) => ms)),
  };
}

function stamp({ startedAt }: Run): Record<string, string> {
  return startedAt === null ? {} : { timestamp: startedAt };
}

/** How long it took; 0 for what did not begin or has not ended. */
function msOf(run: Run): number {
  return tookMs(run) ?? 0;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
