// The newest results of benchmarks by agent: what a grid shows. Each benchmark costs one read of its newest runs, and one
// more for each agent whose results are all older than these.

import type { Run } from "../core/run.ts";
import { tookMs } from "../core/run-time.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { BenchmarkResult, BenchmarkResults } from "../protocol/http-page-routes.ts";

/** Runs of a benchmark that are read at once. */
const newestMax = 60;
/** Agents of one benchmark. */
const agentsMax = 50;

type Results = BenchmarkResults["agents"];

/** At most `history` results of each agent that has any of this benchmark, newest first; agents by name. */
export async function resultsOf(
  ledger: Pick<Ledger, "listRuns" | "agentTallies">,
  benchmark: string,
  history: number,
): Promise<Results> {
  const [newest, tallies] = await Promise.all([
    ledger.listRuns({ subject: benchmark, kind: "benchmark" }, { pageSize: newestMax }),
    ledger.agentTallies({ subject: benchmark, limit: agentsMax }),
  ]);
  const found = Map.groupBy(newest.runs, ({ agent }) => agent?.name ?? "");
  const isWhole = newest.nextToken === null;
  const names = new Set([...found.keys(), ...tallies.map(({ agent }) => agent)]);
  const agents = [...names].filter((name) => name !== "").sort();
  const read = agents.slice(0, agentsMax).map(async (agent) => {
    const known = found.get(agent) ?? [];
    const runs = isWhole || known.length >= history ? known : await olderToo(ledger, { benchmark, agent, history });
    return { agent, results: runs.slice(0, history).map(resultOf) };
  });
  return Promise.all(read);
}

async function olderToo(
  ledger: Pick<Ledger, "listRuns">,
  { benchmark, agent, history }: { benchmark: string; agent: string; history: number },
): Promise<Run[]> {
  return (await ledger.listRuns({ subject: benchmark, agent }, { pageSize: history })).runs;
}

function resultOf(run: Run): BenchmarkResult {
  const { id, status, passed, score, minScore, subject, agent, queuedAt, startedAt, endedAt } = run;
  return {
    ...{ runId: id, status, passed, score, minScore, queuedAt, startedAt, endedAt },
    ...{ tookMs: tookMs(run), subjectDigest: subject.digest, agentDigest: agent?.digest ?? null },
  };
}
