// Runs the benches that are named, or all of them, and prints what they found: `npm run bench [name…] [-- --json]`.
// `--runs N` is how many runs the lists of `databases` are of.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { parseArgs } from "node:util";
import { sourceDigest } from "../bin/source-digest.mjs";
import { benchAppend, type Ratio } from "./append.ts";
import { benchCancel } from "./cancel.ts";
import { benchChange } from "./change.ts";
import { benchClaim } from "./claim.ts";
import { benchDatabases } from "./databases.ts";
import { benchGrowth } from "./growth.ts";
import { benchIngest } from "./ingest.ts";
import { benchIngestLag } from "./ingest-lag.ts";
import { readMachine } from "./machine.ts";
import { benchManyRuns } from "./many-runs.ts";
import { benchMemory } from "./memory.ts";
import { benchModels } from "./models.ts";
import { benchOrphan } from "./orphan.ts";
import { benchParse } from "./parse.ts";
import { root } from "./place.ts";
import { benchQueueRates } from "./queue-rates.ts";
import { type Report, reportLines, row, short } from "./report.ts";
import { benchCommand, benchRun001 } from "./run-001.ts";
import { benchSuite } from "./suite.ts";

/** All of them together take about seven minutes. */
const benches: Readonly<Record<string, () => Promise<Report[]>>> = {
  append: async () => [
    ratioReport("append of decided events, against the raw loop", await benchAppend(), { 10: 0.7, 100: 0.7 }),
  ],
  ingest: async () => [
    ratioReport("ingest, journal bytes to commit, against the raw loop", await benchIngest(), { 10: 0.6, 100: 0.4 }),
  ],
  change: async () => [changeReport(await benchChange())],
  "run-001": benchRun001,
  command: benchCommand,
  "many-runs": benchManyRuns,
  memory: benchMemory,
  suite: benchSuite,
  parse: benchParse,
  cancel: benchCancel,
  orphan: benchOrphan,
  claim: benchClaim,
  "ingest-lag": benchIngestLag,
  "queue-rates": benchQueueRates,
};

/** Only when they are named: ten minutes and gigabytes of disk, two hundred processes at once, or what others measure as well. */
const longBenches: Readonly<Record<string, () => Promise<Report[]>>> = {
  growth: benchGrowth,
  models: benchModels,
  databases: () => benchDatabases({ runs: Number(values.runs) }),
};
const allBenches = { ...benches, ...longBenches };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: "boolean", default: false }, runs: { type: "string", default: "20000" } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(allBenches, name));
if (unknown.length > 0) {
  console.error(`there is no bench ${unknown.join(", ")}; there are ${Object.keys(allBenches).join(", ")}`);
  process.exit(2);
}
if (!/^[1-9]\d*$/.test(values.runs)) {
  console.error(`--runs is ${values.runs}; how many runs the lists of \`databases\` are of is a whole number`);
  process.exit(2);
}
process.env.RUNLEDGER_SESSIONS_DIR = "logs/sessions";
buildIfStale();
// As the launcher does it for the build.
enableCompileCache(`${root}dist/.compile-cache`);
const machine = readMachine();
if (!values.json)
  console.log(
    Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(" · "),
  );
const reports: Report[] = [];
for (const [name, bench] of Object.entries(positionals.length > 0 ? allBenches : benches)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  for (const report of await bench()) {
    reports.push(report);
    if (!values.json) console.log(`\n${reportLines(report).join("\n")}`);
  }
}
if (values.json) console.log(JSON.stringify({ machine, reports }, null, 2));

/** What is measured is the build that users get. */
function buildIfStale(): void {
  const recorded = (): string | null => {
    try {
      return (JSON.parse(readFileSync(`${root}dist/build.json`, "utf8")) as { digest: string }).digest;
    } catch {
      return null;
    }
  };
  if (recorded() !== sourceDigest(root))
    execFileSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: "inherit" });
}

function ratioReport(title: string, ratios: Ratio[], minimum: Readonly<Record<number, number>>): Report {
  const rows = ratios.map(({ groupSize, ledgerRate, rawRate, ratio }) => {
    const min = minimum[groupSize] ?? 0;
    const budget = { words: `>= ${min} x the raw loop`, isMet: ratio >= min };
    return { ...row(`groups of ${groupSize}`, `${ledgerRate} events a second, raw ${rawRate}`, ratio), budget };
  });
  return { title, rows };
}

function changeReport({ commits, p50Ms, p99Ms, missed }: Awaited<ReturnType<typeof benchChange>>): Report {
  const rows = [
    row("heard of, p50", `${short(p50Ms)} ms`),
    row("heard of, p99", `${short(p99Ms)} ms`),
    { ...row("missed by the bell", `${missed}`), budget: { words: "none", isMet: missed === 0 } },
  ];
  return { title: `${commits} lone commits, heard of by another process`, rows };
}
