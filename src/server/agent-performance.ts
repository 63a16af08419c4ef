// What the runs of each agent add up to, by agent and digest: a name with two digests is two agents.

import { RunledgerError } from "../core/errors.ts";
import { standingOf } from "../core/experiment.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import { wilsonInterval } from "../core/wilson.ts";
import type { Ledger, RunFilter } from "../ledger/ledger.ts";
import type { AgentPerformance } from "../protocol/http-catalog-routes.ts";

/** Runs that one request looks at, the newest. */
const runsMax = 5_000;
const pageRuns = 500;
const pageAgents = 50;

export type PerformanceQuery = {
  agent?: string | undefined;
  benchmark?: string | undefined;
  reference?: "true" | "false" | undefined;
  pageSize?: number | undefined;
  pageToken?: string | undefined;
};

/** Agents, best pass rate first. */
export async function performanceOf(ledger: Pick<Ledger, "listRuns">, query: PerformanceQuery) {
  const { runs, isWhole } = await endedRuns(ledger, query);
  const wanted = runs.filter(({ agent }) => agent !== null && (query.reference === "true" || !agent.reference));
  const groups = [...Map.groupBy(wanted, ({ agent }) => `${agent?.name}\n${agent?.digest}`).values()];
  const agents = groups.map((group) => performance(group, groups)).sort(better);
  const from = query.pageToken === undefined ? 0 : offsetOf(query.pageToken);
  const to = from + (query.pageSize ?? pageAgents);
  return {
    agents: agents.slice(from, to),
    nextPageToken: to < agents.length ? String(to) : null,
    runsLooked: runs.length,
    isWhole,
  };
}

async function endedRuns(ledger: Pick<Ledger, "listRuns">, { agent, benchmark }: PerformanceQuery) {
  const filter: RunFilter = {
    ...{ kind: "benchmark" },
    ...(agent === undefined ? {} : { agent }),
    ...(benchmark === undefined ? {} : { subject: benchmark }),
  };
  const runs: Run[] = [];
  let pageToken: string | null = null;
  do {
    const page = await ledger.listRuns(filter, { pageSize: pageRuns, pageToken });
    runs.push(...page.runs);
    pageToken = page.nextToken;
  } while (pageToken !== null && runs.length < runsMax);
  return { runs: runs.filter(({ status }) => isTerminal(status)), isWhole: pageToken === null };
}

function performance(runs: readonly Run[], groups: readonly (readonly Run[])[]): AgentPerformance {
  const agent = runs[0]?.agent;
  if (agent == null) throw new RunledgerError("internal.bug", "a group of runs has an agent");
  const sums = sumsOf(runs);
  const counted = sums.scored;
  const namesakes = groups.filter((group) => group[0]?.agent?.name === agent.name).length;
  const cells = [...Map.groupBy(runs, ({ subject }) => subject.id)].map(([benchmark, of]) => {
    const { runs: count, scored, passed, mean } = sumsOf(of);
    return { benchmark, runs: count, scored, passed, mean };
  });
  return {
    ...{ agent: agent.name, digest: agent.digest, reference: agent.reference },
    ...sums,
    passRate: counted === 0 ? 0 : sums.passed / counted,
    interval: wilsonInterval(sums.passed, counted),
    n: counted,
    otherDigests: namesakes - 1,
    cells: cells.sort((a, b) => (a.benchmark < b.benchmark ? -1 : 1)),
  };
}

/** A run that ended by its agent's doing without a score counts as 0; one that ended otherwise does not count. */
function sumsOf(runs: readonly Run[]) {
  const counted = runs.filter((run) => ["scored", "zero"].includes(standingOf(run).standing));
  const total = counted.reduce((sum, { score }) => sum + (score ?? 0), 0);
  return {
    runs: runs.length,
    scored: counted.length,
    unscored: runs.length - counted.length,
    passed: counted.filter(({ passed }) => passed === true).length,
    mean: counted.length === 0 ? null : total / counted.length,
  };
}

function better(a: AgentPerformance, b: AgentPerformance): number {
  return b.passRate - a.passRate || (b.mean ?? 0) - (a.mean ?? 0) || (a.agent + a.digest < b.agent + b.digest ? -1 : 1);
}

/** @throws RunledgerError `request.invalid` */
function offsetOf(token: string): number {
  if (/^\d{1,6}$/.test(token)) return Number(token);
  throw new RunledgerError("request.invalid", `${token} is no page token of this list`);
}
