// What the ended runs of each agent add up to, by agent and digest: a name with two digests is two agents. The sums are
// kept by the ledger, so an answer costs the same however many runs there are.

import { RunledgerError } from "../core/errors.ts";
import { wilsonInterval } from "../core/wilson.ts";
import type { AgentTally } from "../ledger/agent-tally.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { AgentPerformance } from "../protocol/http-catalog-routes.ts";

/** Agents that one request ranks. */
const agentsMax = 5_000;
/** Benchmarks that are told of each. */
const cellsMax = 1_000;
const pageAgents = 50;
/** Sums of scores are in billionths; times 1e-9 some of them would come out above what they are. */
const billion = 1e9;

export type PerformanceQuery = {
  agent?: string | undefined;
  benchmark?: string | undefined;
  reference?: "true" | "false" | undefined;
  pageSize?: number | undefined;
  pageToken?: string | undefined;
};

type Tallies = Pick<Ledger, "agentTallies">;

/** Agents, best pass rate first. Reference agents are among them if they are asked for, together or by name. */
export async function performanceOf(ledger: Tallies, query: PerformanceQuery) {
  const { agent, benchmark = null, reference = agent === undefined ? "false" : "true" } = query;
  const found = await ledger.agentTallies({
    ...(agent === undefined ? {} : { agent }),
    ...{ subject: benchmark, limit: agentsMax + 1 },
  });
  const ranked = found.slice(0, agentsMax).filter((tally) => reference === "true" || !tally.reference);
  ranked.sort(better);
  const from = query.pageToken === undefined ? 0 : offsetOf(query.pageToken);
  const to = from + (query.pageSize ?? pageAgents);
  const page = ranked.slice(from, to).map((tally) => performance(ledger, tally, { ranked, benchmark }));
  return {
    agents: await Promise.all(page),
    nextPageToken: to < ranked.length ? String(to) : null,
    runsLooked: ranked.reduce((sum, { runs }) => sum + runs, 0),
    isWhole: found.length <= agentsMax,
  };
}

async function performance(
  ledger: Tallies,
  tally: AgentTally,
  { ranked, benchmark }: { ranked: readonly AgentTally[]; benchmark: string | null },
): Promise<AgentPerformance> {
  const { agent, digest, reference, runs, scored, passed } = tally;
  const cells = benchmark === null ? await ledger.agentTallies({ agent, digest, limit: cellsMax + 1 }) : [tally];
  return {
    ...{ agent, digest, reference, runs, scored, passed },
    unscored: runs - scored,
    mean: meanOf(tally),
    passRate: passRateOf(tally),
    interval: wilsonInterval(passed, scored),
    n: scored,
    otherDigests: ranked.filter((other) => other.agent === agent).length - 1,
    cells: cells.slice(0, cellsMax).map((cell) => ({
      ...{ benchmark: cell.subject ?? "", runs: cell.runs, scored: cell.scored, passed: cell.passed },
      mean: meanOf(cell),
    })),
    hasMoreCells: cells.length > cellsMax,
  };
}

function meanOf({ scored, score }: AgentTally): number | null {
  return scored === 0 ? null : score / billion / scored;
}

function passRateOf({ scored, passed }: AgentTally): number {
  return scored === 0 ? 0 : passed / scored;
}

function better(a: AgentTally, b: AgentTally): number {
  const byName = a.agent + a.digest < b.agent + b.digest ? -1 : 1;
  return passRateOf(b) - passRateOf(a) || (meanOf(b) ?? 0) - (meanOf(a) ?? 0) || byName;
}

/** @throws RunledgerError `request.invalid` */
function offsetOf(token: string): number {
  if (/^\d{1,6}$/.test(token)) return Number(token);
  throw new RunledgerError("request.invalid", `${token} is no page token of this list`);
}
