// Runs over HTTP: list, detail, start, verbs, deletion.

import type { Benchmark } from "../../benchmarks/benchmark.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { RunCount, RunFilter, RunPage } from "../../ledger/ledger.ts";
import type { ParsedPart } from "../../protocol/http-route.ts";
import type { NewRun, runRoutes } from "../../protocol/http-run-routes.ts";
import type { HandlersOf } from "../handler.ts";
import { inlineBenchmark } from "../inline-benchmarks.ts";
import { benchmarkRun, commandRun, identityOf, madeBefore, queueRun, runAgain } from "../queue-run.ts";
import { cancelRun, deleteRun, forEachId, pauseRun, resumeRun, retryRun } from "../run-verbs.ts";
import { findRun, runBodies, runBody, runIdOf, type Site } from "../site.ts";

export const runHandlers: HandlersOf<typeof runRoutes> = {
  async listRuns({ query, site }) {
    // Taken first: whatever comes after is in the events after it.
    const cursor = await site.ledger.headCursor();
    const { pageSize = 50, pageToken = null, order = "newest" } = query;
    const filter = filterOf(query);
    const page =
      query.tail === undefined
        ? await site.ledger.listRuns(filter, { pageSize, pageToken, order })
        : await runsWithTail(site, query.tail, pageSize);
    return {
      runs: await runBodies(site, page.runs),
      ...(query.fold === "true" ? { folds: page.runs } : {}),
      ...(query.counts === "true" && query.tail === undefined ? await countsOf(site, filter) : {}),
      ...{ nextPageToken: page.nextToken, cursor },
    };
  },
  async createRun({ body, site, incoming }) {
    const identity = identityOf({ ...keyOf(incoming), route: "createRun", asked: body, givenId: body.id });
    const known = await madeBefore(site.ledger, identity);
    return runBody(site, known ?? (await queueRun(site, identity, await queuedOf(site, body))));
  },
  async getRun({ params, site }) {
    return runBody(site, await findRun(site, params.id));
  },
  async deleteRun({ params, query, site }) {
    return deleteRun(site, params.id, query.force === "true");
  },
  async batchDelete({ body, site }) {
    return forEachId(body.ids, (id) => deleteRun(site, id, body.force ?? false));
  },
  async batchCancel({ body, site }) {
    return forEachId(body.ids, async (id) => moved(await cancelRun(site, id, body.graceMs ?? null)));
  },
  async batchRetry({ body, site }) {
    return forEachId(body.ids, async (id) => moved(await retryRun(site, id)));
  },
  async cancelRun({ params, body, site }) {
    return runBody(site, await cancelRun(site, params.id, body.graceMs ?? null));
  },
  async pauseRun({ params, site }) {
    return runBody(site, await pauseRun(site, params.id));
  },
  async resumeRun({ params, site }) {
    return runBody(site, await resumeRun(site, params.id));
  },
  async retryRun({ params, site }) {
    return runBody(site, await retryRun(site, params.id));
  },
  async againRun({ params, site, incoming }) {
    // The earlier run may have been deleted since the same request was answered.
    const identity = identityOf({ ...keyOf(incoming), route: "againRun", asked: runIdOf(params.id) });
    const known = await madeBefore(site.ledger, identity);
    if (known !== null) return runBody(site, known);
    return runBody(site, await queueRun(site, identity, await runAgain(site, await findRun(site, params.id))));
  },
};

/** The request's Idempotency-Key. */
export function keyOf({ headers }: { headers: Record<string, string | string[] | undefined> }): {
  key: string | undefined;
} {
  const key = headers["idempotency-key"];
  return { key: Array.isArray(key) ? key.join(",") : key };
}

function moved({ id, status }: { id: string; status: string }) {
  return { id, result: status, problem: null };
}

async function queuedOf(site: Site, body: NewRun) {
  const { command, agent: asked } = body;
  if (command !== undefined) return commandRun(site, command, body);
  const { identity, params } = site.agents.choose(asked ?? site.agents.defaultName);
  const agent = { identity, params: { agentChosenBy: asked === undefined ? "default" : "option", ...params } };
  return benchmarkRun(site, { benchmark: await benchmarkOf(site, body), agent, choices: body });
}

async function benchmarkOf({ catalog }: Site, { benchmark = "", inline }: NewRun): Promise<Benchmark> {
  return inline === undefined ? (await catalog.fresh()).get(benchmark).benchmark : inlineBenchmark(inline);
}

/** Runs whose ids end so; there are never many. @throws RunledgerError `request.invalid` */
async function runsWithTail({ ledger }: Site, tail: string, limit: number): Promise<RunPage> {
  const ids = await ledger.findRuns(tail, limit);
  const found = await Promise.all(ids.map((id) => ledger.getRun(id).catch(nullIfDeleted)));
  return { runs: found.flatMap((run) => run ?? []), nextToken: null };
}

function nullIfDeleted(error: unknown): null {
  if (error instanceof RunledgerError && error.code === "run.deleted") return null;
  throw error;
}

/**
 * Counts of each status and verdict that the rest of the filter leaves: what one finds who chooses it. Those of all runs,
 * of one subject and of an experiment are kept; others are counted among as many runs as one list may look at.
 */
async function countsOf({ ledger }: Site, filter: RunFilter) {
  const { statuses: _, passed: __, ...rest } = filter;
  const { subject, experimentId, agent, ...others } = rest;
  const isKept = Object.keys(others).length === 0;
  if (isKept && experimentId === undefined && agent === undefined) {
    return { counts: await ledger.countRuns(subject), countsAreWhole: true };
  }
  if (isKept && experimentId !== undefined && subject === undefined) {
    return { counts: await countsOfExperiment(ledger, experimentId, agent ?? null), countsAreWhole: true };
  }
  const { counts, isWhole } = await ledger.countFound(rest);
  return { counts, countsAreWhole: isWhole };
}

async function countsOfExperiment(ledger: Site["ledger"], id: string, agent: string | null): Promise<RunCount[]> {
  const { tallies = [] } = (await ledger.getExperiment(id)) ?? {};
  const wanted = tallies.filter((tally) => agent === null || tally.agent === agent);
  return [...Map.groupBy(wanted, ({ status, passed }) => `${status} ${passed}`).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    return [{ status: first.status, passed: first.passed, runs: group.reduce((sum, { runs }) => sum + runs, 0) }];
  });
}

type ListQuery = ParsedPart<(typeof runRoutes)["listRuns"], "query">;

/** @throws RunledgerError `request.invalid` */
function filterOf(query: ListQuery): RunFilter {
  const {
    status,
    kind,
    subject: id,
    benchmark,
    scenario,
    text,
    agent,
    label,
    passed,
    experiment,
    since,
    until,
    tail,
  } = query;
  if ([id, benchmark, scenario].filter((given) => given !== undefined).length > 1) {
    throw new RunledgerError("request.invalid", "a run is of one thing: give one of subject, benchmark and scenario");
  }
  const others = [status, kind, id, benchmark, scenario, text, agent, label, passed, experiment, since, until];
  if (tail !== undefined && others.some((given) => given !== undefined)) {
    throw new RunledgerError("request.invalid", "tail names runs by the end of their ids, and stands without filters");
  }
  const subject = id ?? benchmark ?? scenario;
  const kindOf = kind ?? (benchmark !== undefined ? "benchmark" : scenario !== undefined ? "scenario" : undefined);
  return {
    ...(status === undefined ? {} : { statuses: [...new Set(status)] }),
    ...(kindOf === undefined ? {} : { kind: kindOf }),
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { subjectPrefix: text }),
    ...(agent === undefined ? {} : { agent }),
    ...(passed === undefined ? {} : { passed: passed === "true" }),
    ...(experiment === undefined ? {} : { experimentId: experiment }),
    ...(label === undefined ? {} : { label: labelOf(label) }),
    ...(since === undefined ? {} : { sinceMs: Date.parse(since) }),
    ...(until === undefined ? {} : { untilMs: Date.parse(until) }),
  };
}

function labelOf(text: string): { key: string; value: string } {
  const at = text.indexOf("=");
  return { key: text.slice(0, at), value: text.slice(at + 1) };
}
