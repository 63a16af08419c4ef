// Results of benchmarks by agent, read page by page, and kept up to date by the runs that change: a suite at work costs
// the server no further reading.

import { type InfiniteData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { RunledgerError } from "../../../../src/core/errors.ts";
import type { BenchmarkResult, BenchmarkResults } from "../../../../src/protocol/http-page-routes.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { listenToChanges } from "../../api/change-feed.ts";
import { client } from "../../api/client.ts";

/** A benchmark's results, and whether its file is another one than the catalog holds. */
export type ShownResults = BenchmarkResults & { isChangedSince: boolean };
type Page = { benchmarks: ShownResults[]; nextPageToken: string | null };
type Pages = InfiniteData<Page, string | null>;

const pageSize = 100;
const historyMax = 8;

export function useResults(prefix: string | undefined) {
  const queries = useQueryClient();
  const queryKey = ["benchmarkResults", prefix ?? ""] as const;
  const found = useInfiniteQuery<Page, RunledgerError, Pages, typeof queryKey, string | null>({
    queryKey,
    initialPageParam: null,
    queryFn: ({ pageParam, signal }) => readPage(prefix, pageParam, signal),
    getNextPageParam: ({ nextPageToken }) => nextPageToken,
  });
  useEffect(() => {
    const key = ["benchmarkResults", prefix ?? ""] as const;
    const again = (): void => void queries.invalidateQueries({ queryKey: key });
    return listenToChanges({
      onChanges({ runs, deleted }) {
        // What a deleted run has hidden, or what came during a reading, only another reading can tell.
        if (deleted.length > 0 || queries.isFetching({ queryKey: key }) > 0) again();
        else queries.setQueryData<Pages>(key, (last) => last && withRuns(last, runs));
      },
      onReset: again,
    });
  }, [queries, prefix]);
  return found;
}

/** Results and files of the same benchmarks: both lists go by id, with the same tokens. */
async function readPage(prefix: string | undefined, pageToken: string | null, signal: AbortSignal): Promise<Page> {
  const query = {
    pageSize,
    ...(prefix === undefined ? {} : { prefix }),
    ...(pageToken === null ? {} : { pageToken }),
  };
  const [results, files] = await Promise.all([
    client.call("benchmarkResults", { query: { ...query, history: historyMax }, signal }),
    client.call("listBenchmarks", { query, signal }),
  ]);
  const changed = new Set(files.benchmarks.flatMap(({ id, isChangedSince }) => (isChangedSince ? [id] : [])));
  const benchmarks = results.benchmarks.map((one) => ({ ...one, isChangedSince: changed.has(one.benchmark) }));
  return { ...results, benchmarks };
}

/** The pages after these runs changed; what they do not touch stays the same object. */
function withRuns(pages: Pages, runs: readonly RunBody[]): Pages {
  const bySubject = Map.groupBy(runs, ({ subject }) => subject.id);
  return {
    ...pages,
    pages: pages.pages.map((page) => ({
      ...page,
      benchmarks: page.benchmarks.map((one) => {
        const own = bySubject.get(one.benchmark);
        return own === undefined ? one : { ...one, agents: own.reduce(withRun, one.agents) };
      }),
    })),
  };
}

function withRun(agents: BenchmarkResults["agents"], run: RunBody): BenchmarkResults["agents"] {
  if (run.agent === null) return agents;
  const { name } = run.agent;
  const known = agents.find(({ agent }) => agent === name)?.results ?? [];
  const next = [resultOf(run), ...known.filter(({ runId }) => runId !== run.id)]
    .sort((a, b) => (a.queuedAt < b.queuedAt ? 1 : -1))
    .slice(0, historyMax);
  return [...agents.filter(({ agent }) => agent !== name), { agent: name, results: next }].sort((a, b) =>
    a.agent < b.agent ? -1 : 1,
  );
}

function resultOf({
  id,
  status,
  passed,
  score,
  minScore,
  queuedAt,
  startedAt,
  endedAt,
  workedMs,
  ...run
}: RunBody): BenchmarkResult {
  return {
    ...{ runId: id, status, passed, score, minScore, queuedAt, startedAt, endedAt },
    ...{
      tookMs: startedAt === null || endedAt === null ? null : workedMs,
      subjectDigest: run.subject.digest,
      agentDigest: run.agent?.digest ?? null,
    },
  };
}
