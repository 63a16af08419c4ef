// The routes of clients that exist, in their snake_case. All bodies are one view of the run's fold.

import { RunledgerError } from "../../core/errors.ts";
import type { Run } from "../../core/run.ts";
import type { existingClientRoutes } from "../../protocol/http-client-routes.ts";
import { executionRecord, isRunning } from "../../views/execution-record.ts";
import { collectFlow } from "../../views/flow-diagram.ts";
import { flowPage } from "../../views/flow-page.ts";
import { collectTraceTree } from "../../views/trace-tree.ts";
import { collectTransactionLog } from "../../views/transaction-log.ts";
import type { HandlersOf } from "../handler.ts";
import { benchmarkRun, identityOf, madeBefore, queueRun } from "../queue-run.ts";
import { foldUntil } from "../read-events.ts";
import { findRun, type Site } from "../site.ts";
import { keyOf } from "./runs.ts";

export const existingClientHandlers: HandlersOf<typeof existingClientRoutes> = {
  async clientRun({ params, body, site, incoming }) {
    const { agent = site.agents.defaultName, execution_id: givenId, seed } = body;
    const asked = { benchmark: params.benchmark_id, ...body };
    const identity = identityOf({ ...keyOf(incoming), route: "clientRun", asked, givenId });
    const known = await madeBefore(site.ledger, identity);
    if (known !== null) return executionRecord(known);
    const { benchmark } = (await site.catalog.fresh()).get(params.benchmark_id);
    const data = await benchmarkRun(site, { benchmark, agent: site.agents.choose(agent), choices: { seed } });
    return executionRecord(await queueRun(site, identity, data));
  },
  async clientStatus({ params, site }) {
    return executionRecord(await runOfBenchmark(site, params.benchmark_id, params.execution_id));
  },
  async clientNewestStatus({ params, query, site }) {
    return executionRecord(await newestRun(site, params.benchmark_id, query.agent));
  },
  async clientFlow({ params, query, site }) {
    const found = await findRun(site, params.session_id);
    const flow = (await foldUntil(site.ledger, found, collectFlow())).result();
    const run = flow.run ?? found;
    const durationMs = run.startedAt === null || run.endedAt === null ? null : msBetween(run.startedAt, run.endedAt);
    const body = {
      session_id: run.id,
      diagram: flow.diagram,
      metadata: {
        benchmark_id: run.subject.id,
        agent: run.agent?.name ?? null,
        status: run.status,
        tool_count: flow.calls,
        step_count: flow.steps,
        duration_ms: durationMs,
      },
    };
    if (query.format !== "html") return body;
    return new Response(flowPage(run, flow.diagram), { headers: { "content-type": "text/html; charset=utf-8" } });
  },
  async clientExecutionLogs({ params, query, site }) {
    const run = await loggedRun(site, params.benchmark_id, query);
    const trace = (await foldUntil(site.ledger, run, collectTraceTree())).text();
    return { ...executionRecord(run), trace, is_running: isRunning(run) };
  },
  async clientFlowLogs({ params, query, site }) {
    const run = await loggedRun(site, params.benchmark_id, query);
    const { diagram } = (await foldUntil(site.ledger, run, collectFlow())).result();
    return { ...executionRecord(run), trace: diagram, is_running: isRunning(run) };
  },
  async clientTransactionLogs({ params, query, site }) {
    const run = await loggedRun(site, params.benchmark_id, query);
    const text = (await foldUntil(site.ledger, run, collectTransactionLog())).text();
    return { ...executionRecord(run), transaction_logs: text, is_running: isRunning(run) };
  },
};

type LogQuery = { execution_id?: string | undefined; agent?: string | undefined };

function loggedRun(site: Site, benchmarkId: string, { execution_id: id, agent }: LogQuery): Promise<Run> {
  return id === undefined ? newestRun(site, benchmarkId, agent) : runOfBenchmark(site, benchmarkId, id);
}

/** @throws RunledgerError `run.not-found` also for a run of another benchmark */
async function runOfBenchmark(site: Site, benchmarkId: string, id: string): Promise<Run> {
  const run = await findRun(site, id);
  if (run.subject.id === benchmarkId) return run;
  throw new RunledgerError("run.not-found", `run ${run.id} is not of ${JSON.stringify(benchmarkId)}`);
}

/** @throws RunledgerError `benchmark.unknown`, or `run.not-found` for one that was never run */
async function newestRun({ ledger, catalog }: Site, benchmarkId: string, agent: string | undefined): Promise<Run> {
  const filter = { subject: benchmarkId, ...(agent === undefined ? {} : { agent }) };
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const page = await ledger.listRuns(filter, { pageSize: 1, pageToken: pageToken ?? null });
    const [run] = page.runs;
    if (run !== undefined) return run;
    pageToken = page.nextToken;
  }
  (await catalog.fresh()).get(benchmarkId);
  const whose = agent === undefined ? "" : ` by ${JSON.stringify(agent)}`;
  throw new RunledgerError("run.not-found", `${benchmarkId} has no run${whose}`);
}

function msBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
