// One agent: what its runs add up to, by benchmark, and how they went over time.

import { Link, useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { isTerminal } from "../../../../src/core/moves.ts";
import { wilsonInterval } from "../../../../src/core/wilson.ts";
import type { AgentPerformance } from "../../../../src/protocol/http-catalog-routes.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { type DataColumn, DataTable } from "../../design/data-table.tsx";
import { Rate } from "../../design/rate.tsx";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";
import "../../design/figures.css";
import "./agents.css";

const HistoryChart = lazy(async () => ({ default: (await import("./history-chart.tsx")).HistoryChart }));

/** Newest runs that the chart shows. */
const historyMax = 200;

export function AgentPage() {
  const { agentName } = useParams({ from: "/agents/$agentName" });
  const { digest } = useSearch({ from: "/agents/$agentName" });
  const query = { agent: agentName, reference: "true" as const };
  const { data, error, refetch } = useApi("agentPerformance", { query }, { isLive: true });
  const shown = data?.agents.filter((one) => digest === undefined || one.digest === digest) ?? [];
  return (
    <Page title={agentName}>
      <History agent={agentName} digest={digest ?? null} />
      {data === undefined ? (
        error === null ? (
          <Loading rows={6} what="Reading results" />
        ) : (
          <ErrorState error={error} onRetry={refetch} />
        )
      ) : (
        shown.map((one) => <ByBenchmark key={one.digest} performance={one} />)
      )}
    </Page>
  );
}

function History({ agent, digest }: { agent: string; digest: string | null }) {
  const query = { agent, kind: "benchmark" as const, pageSize: historyMax };
  const { data, error, refetch } = useApi("listRuns", { query }, { isLive: true });
  if (data === undefined) {
    return error === null ? <Loading rows={7} what="Reading runs" /> : <ErrorState error={error} onRetry={refetch} />;
  }
  const ended = data.runs.filter((run) => isTerminal(run.status) && (digest === null || run.agent?.digest === digest));
  if (ended.length === 0) {
    return (
      <EmptyState title="No run of it has ended yet">
        <p>
          {data.runs.length === 0 ? "It has no run." : `${counted(data.runs.length, "run")} of it are under way.`}{" "}
          <Link to="/new" search={{ agent }}>
            Start one
          </Link>
        </p>
      </EmptyState>
    );
  }
  return (
    <section className="panel" aria-label="History">
      <header>
        <h2>History</h2>
        <span className="soft">
          the newest {counted(ended.length, "ended run")}
          {data.nextPageToken === null ? "" : `, of the newest ${historyMax} runs`}
        </span>
        <Link to="/" search={{ agent }} className="button small">
          All its runs
        </Link>
      </header>
      <div className="panel-body agent-chart">
        <Suspense fallback={<Loading rows={7} what="Loading the chart" />}>
          <HistoryChart runs={ended} />
        </Suspense>
      </div>
    </section>
  );
}

function ByBenchmark({ performance }: { performance: AgentPerformance }) {
  const { digest, passed, n, interval, mean, runs, unscored, cells, hasMoreCells } = performance;
  return (
    <section aria-label={`Results of ${digest.slice(7, 15)}`} className="stack agents-section">
      <h2>
        By benchmark{" "}
        <span className="soft" title={digest}>
          {digest.slice(7, 19)}
        </span>
      </h2>
      <div className="row-of agent-sums">
        <Rate hits={passed} n={n} interval={interval} of="scored" />
        <span>
          mean {mean === null ? "–" : mean.toFixed(3)} of {counted(n, "scored run")}
        </span>
        <span className="soft">
          {counted(runs, "run")} ended, {grouped(unscored)} unscored
        </span>
      </div>
      <DataTable
        caption="Results by benchmark"
        rows={cells}
        rowId={({ benchmark }) => benchmark}
        columns={cellColumns}
      />
      {hasMoreCells ? <p className="soft">It has more benchmarks than are told of here.</p> : null}
    </section>
  );
}

const cellColumns: readonly DataColumn<AgentPerformance["cells"][number]>[] = [
  {
    id: "benchmark",
    header: "Benchmark",
    cell: ({ benchmark }) => (
      <Link to="/benchmarks/$benchmarkId" params={{ benchmarkId: benchmark }}>
        {benchmark}
      </Link>
    ),
    sortBy: ({ benchmark }) => benchmark,
  },
  {
    id: "rate",
    header: "Pass rate of the scored",
    cell: ({ passed: hits, scored }) => (
      <Rate hits={hits} n={scored} interval={wilsonInterval(hits, scored)} of="scored" />
    ),
    sortBy: ({ passed: hits, scored }) => (scored === 0 ? null : hits / scored),
  },
  {
    id: "mean",
    header: "Mean score",
    cell: ({ mean: own, scored }) => (own === null ? "–" : `${own.toFixed(3)} of ${grouped(scored)}`),
    sortBy: ({ mean: own }) => own,
    isNumber: true,
  },
  {
    id: "runs",
    header: "Ended",
    cell: ({ runs: own }) => grouped(own),
    sortBy: ({ runs: own }) => own,
    isNumber: true,
  },
  {
    id: "unscored",
    header: "Unscored",
    cell: ({ runs: own, scored }) => grouped(own - scored),
    isNumber: true,
  },
];
