// `run --filter`: which benchmarks are to be run once more, by how the newest ended run of each stands in this ledger.
// What is compared is the benchmark's id, the agent's digest and the condition, whatever the trial: a run of another
// agent, or under another condition, says nothing about this one.

import type { Benchmark } from "../benchmarks/benchmark.ts";
import { RunledgerError } from "../core/errors.ts";
import { standingOf } from "../core/experiment.ts";
import { shortId } from "../core/ids.ts";
import { isTerminal, type RunStatus, runStatuses } from "../core/moves.ts";
import { type Condition, conditionOf, type PlannedAgent } from "../core/plan-experiment.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Context } from "./command.ts";
import { type EndedChoice, isAmong } from "./ended-choice.ts";
import { findLedger } from "./find-ledger.ts";
import { withLedger } from "./with-ledger.ts";

/** A benchmark that is not run, with one agent under one condition. */
export type LeftOut = {
  benchmark: string;
  agent: string;
  condition: string | null;
  why: "passed" | "below" | "counts as 0" | "cancelled" | "nothing to score" | "never ended here";
  /** The run by which that is known. */
  run: string | null;
  score: number | null;
};

export type Filtered = { left: Benchmark[]; leftOut: LeftOut[] };

type Wanted = { filter: EndedChoice; benchmarks: Benchmark[]; agents: PlannedAgent[]; conditions: Condition[] };
/** What is compared with each other in an experiment: an agent under a condition. */
type Group = { agent: PlannedAgent; condition: string | null };

const ended: RunStatus[] = runStatuses.filter(isTerminal);
/** Ended runs of one benchmark and agent that are looked at; those beyond count as never having been. */
const pageRuns = 20;
const pagesMax = 10;
const readsAtOnce = 16;

/** Splits the benchmarks by the filter. @throws RunledgerError `usage.bad-value` if agents or conditions differ in what is left */
export async function filterBenchmarks(of: Wanted & { context: Context }): Promise<Filtered> {
  const { context } = of;
  const { exists } = findLedger({ option: context.options.text("ledger"), env: context.env, cwd: context.cwd });
  // Without a ledger nothing has ever run; one is not made for that.
  if (!exists) return split(of, new Map());
  return withLedger(context, { purpose: "read" }, async (ledger) => split(of, await readNewest(ledger, of)));
}

type Newest = ReadonlyMap<string, Run>;

/** The newest ended run of each benchmark in each group, some benchmarks at a time. */
async function readNewest(ledger: Ledger, { benchmarks, agents, conditions }: Wanted): Promise<Newest> {
  const newest = new Map<string, Run>();
  const pairs = pairsOf(benchmarks, agents);
  const lane = async (): Promise<void> => {
    for (const { id, agent } of pairs) {
      const missing = new Set(conditions.map(({ name }) => name));
      for await (const run of endedRuns(ledger, id, agent)) {
        const condition = conditionOf(run);
        if (missing.delete(condition)) newest.set(keyOf(id, { agent, condition }), run);
        if (missing.size === 0) break;
      }
    }
  };
  await Promise.all(Array.from({ length: readsAtOnce }, lane));
  return newest;
}

function* pairsOf(benchmarks: readonly Benchmark[], agents: readonly PlannedAgent[]) {
  for (const { id } of benchmarks) for (const agent of agents) yield { id, agent };
}

/** Ended runs of the benchmark by exactly this agent, the newest first. */
async function* endedRuns(ledger: Ledger, subject: string, { identity }: PlannedAgent): AsyncGenerator<Run> {
  const filter = { kind: "benchmark" as const, subject, agent: identity.name, statuses: ended };
  let pageToken: string | null = null;
  for (let page = 0; page < pagesMax; page += 1) {
    const { runs, nextToken } = await ledger.listRuns(filter, { order: "newest", pageSize: pageRuns, pageToken });
    for (const run of runs) if (run.agent?.digest === identity.digest) yield run;
    if (nextToken === null) return;
    pageToken = nextToken;
  }
}

function split({ filter, benchmarks, agents, conditions }: Wanted, newest: Newest): Filtered {
  const groups = conditions.flatMap(({ name }) => agents.map((agent): Group => ({ agent, condition: name })));
  const left: Benchmark[] = [];
  const leftOut: LeftOut[] = [];
  for (const benchmark of benchmarks) {
    const { id } = benchmark;
    const stands = groups.map((group) => ({ group, run: newest.get(keyOf(id, group)) ?? null }));
    const out = stands.filter(({ run }) => !isToRun(filter, run));
    if (out.length === 0) left.push(benchmark);
    else if (out.length === stands.length) leftOut.push(...out.map(({ group, run }) => leftOutOf(id, group, run)));
    else throw groupsDiffer(filter, id, stands);
  }
  return { left, leftOut };
}

function isToRun(filter: EndedChoice, run: Run | null): boolean {
  return run === null ? filter === "unscored" : isAmong(filter, run);
}

function leftOutOf(benchmark: string, { agent, condition }: Group, run: Run | null): LeftOut {
  const { id = null, score = null } = run ?? {};
  return { benchmark, agent: agent.identity.name, condition, why: whyLeftOut(run), run: id, score };
}

function whyLeftOut(run: Run | null): LeftOut["why"] {
  if (run === null) return "never ended here";
  if (run.passed === true) return "passed";
  if (run.passed === false) return "below";
  if (run.status === "cancelled") return "cancelled";
  return standingOf(run).standing === "zero" ? "counts as 0" : "nothing to score";
}

/** An experiment runs every benchmark in every group; one with holes would compare what is not alike. */
function groupsDiffer(filter: EndedChoice, id: string, stands: { group: Group; run: Run | null }[]): RunledgerError {
  const words = (isWanted: boolean): string => {
    const found = stands.find(({ run }) => isToRun(filter, run) === isWanted);
    if (found === undefined) return "";
    const { group, run } = found;
    const name = [group.agent.identity.name, group.condition].filter((part) => part !== null).join(" under ");
    return `${isWanted ? "is left" : "is not left"} for ${name}${run === null ? "" : ` (${shortId(run.id)})`}`;
  };
  const detail = `--filter ${filter}: ${id} ${words(true)} and ${words(false)}; run one agent and one condition at a time`;
  return new RunledgerError("usage.bad-value", detail);
}

function keyOf(benchmark: string, { agent, condition }: Group): string {
  return JSON.stringify([benchmark, agent.identity.digest, condition]);
}
