// Runs over HTTP: list, detail, start, verbs, deletion.

import type { Benchmark } from "../../benchmarks/benchmark.ts";
import { noFilesBeside } from "../../benchmarks/files-beside.ts";
import { parseBenchmark } from "../../benchmarks/format.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { RunFilter } from "../../ledger/ledger.ts";
import type { ParsedPart } from "../../protocol/http-route.ts";
import type { NewRun, runRoutes } from "../../protocol/http-run-routes.ts";
import type { HandlersOf } from "../handler.ts";
import { benchmarkRun, commandRun, identityOf, madeBefore, queueRun, runAgain } from "../queue-run.ts";
import { cancelRun, deleteRun, forEachId, pauseRun, resumeRun, retryRun } from "../run-verbs.ts";
import { findRun, runBodies, runBody, type Site } from "../site.ts";

const inlineIdPattern = /^[a-z0-9][a-z0-9._-]{0,79}$/;

export const runHandlers: HandlersOf<typeof runRoutes> = {
  async listRuns({ query, site }) {
    // Taken first: whatever comes after is in the events after it.
    const cursor = await site.ledger.headCursor();
    const { pageSize = 50, pageToken = null, order = "newest" } = query;
    const page = await site.ledger.listRuns(filterOf(query), { pageSize, pageToken, order });
    return { runs: await runBodies(site, page.runs), nextPageToken: page.nextToken, cursor };
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
    const earlier = await findRun(site, params.id);
    const identity = identityOf({ ...keyOf(incoming), route: "againRun", asked: earlier.id });
    const known = await madeBefore(site.ledger, identity);
    return runBody(site, known ?? (await queueRun(site, identity, await runAgain(site, earlier))));
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

function queuedOf(site: Site, body: NewRun) {
  const { command, agent = site.agents.defaultName } = body;
  if (command !== undefined) return commandRun(site, command, body);
  return benchmarkRun(site, { benchmark: benchmarkOf(site, body), agent: site.agents.choose(agent), choices: body });
}

function benchmarkOf({ catalog }: Site, { benchmark = "", inline }: NewRun): Benchmark {
  if (inline === undefined) return catalog.get(benchmark).benchmark;
  if (!inlineIdPattern.test(inline.id)) {
    throw new RunledgerError("request.invalid", "an inline benchmark's id is 1 to 80 of a-z 0-9 . _ -");
  }
  return parseBenchmark(inline.yaml, `${inline.id}.yml`, noFilesBeside());
}

type ListQuery = ParsedPart<(typeof runRoutes)["listRuns"], "query">;

/** @throws RunledgerError `request.invalid` */
function filterOf(query: ListQuery): RunFilter {
  const { status, kind, benchmark, scenario, agent, label, passed, experiment, since, until } = query;
  if (benchmark !== undefined && scenario !== undefined) {
    throw new RunledgerError("request.invalid", "a run is of a benchmark or of a scenario: give one of the two");
  }
  const subject = benchmark ?? scenario;
  const kindOf = kind ?? (benchmark !== undefined ? "benchmark" : scenario !== undefined ? "scenario" : undefined);
  return {
    ...(status === undefined ? {} : { statuses: [...new Set(status)] }),
    ...(kindOf === undefined ? {} : { kind: kindOf }),
    ...(subject === undefined ? {} : { subject }),
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
