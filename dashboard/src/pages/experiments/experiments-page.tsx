// The list of experiments, newest first, each with what its runs add up to by now.

import { Link } from "@tanstack/react-router";
import { FlaskConical, GitCompareArrows } from "lucide-react";
import { useState } from "react";
import { shortId } from "../../../../src/core/ids.ts";
import type { ExperimentBody } from "../../../../src/protocol/http-resources.ts";
import { unscoredCount } from "../../../../src/views/experiment-words.ts";
import { counted, dollars, grouped } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { CountBar } from "../../design/count-bar.tsx";
import { type DataColumn, DataTable } from "../../design/data-table.tsx";
import { Rate } from "../../design/rate.tsx";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";
import { Page } from "../../shell/page.tsx";
import "../../design/figures.css";
import "./experiments.css";

const pageSize = 50;

export function ExperimentsPage() {
  const [tokens, setTokens] = useState<readonly (string | null)[]>([null]);
  return (
    <Page
      title="Experiments"
      actions={
        <Link to="/compare" search={{ of: "experiments" }} className="button">
          <GitCompareArrows size={14} aria-hidden />
          Compare two
        </Link>
      }
    >
      {tokens.map((token, index) => (
        <ListPage
          key={token ?? "first"}
          token={token}
          isFirst={index === 0}
          onMore={index === tokens.length - 1 ? (next) => setTokens((last) => [...last, next]) : null}
        />
      ))}
    </Page>
  );
}

function ListPage(of: { token: string | null; isFirst: boolean; onMore: ((token: string) => void) | null }) {
  const { token, isFirst, onMore } = of;
  const query = token === null ? { pageSize } : { pageSize, pageToken: token };
  const { data, error, refetch } = useApi("listExperiments", { query }, { isLive: true });
  if (data === undefined) {
    return error === null ? (
      <Loading rows={8} what="Reading experiments" />
    ) : (
      <ErrorState {...{ error }} onRetry={refetch} />
    );
  }
  if (data.experiments.length === 0 && isFirst) return <NoExperiments />;
  const next = data.nextPageToken;
  const hasCost = data.experiments.some(({ costUsd }) => costUsd !== null);
  return (
    <>
      <DataTable
        caption="Experiments"
        rows={data.experiments}
        rowId={({ id }) => id}
        columns={hasCost ? [...columns, costColumn] : columns}
      />
      {next === null || onMore === null ? null : (
        <button type="button" className="button" onClick={() => onMore(next)}>
          Show older ones
        </button>
      )}
    </>
  );
}

const columns: readonly DataColumn<ExperimentBody>[] = [
  {
    id: "name",
    header: "Experiment",
    cell: (one) => (
      <span className="experiment-name">
        <Link to="/experiments/$experimentId" params={{ experimentId: one.id }}>
          {one.name ?? "unnamed"}
        </Link>{" "}
        <span className="id faint">{shortId(one.id)}</span>{" "}
        <span className="soft experiment-when">
          <Time iso={one.plannedAt} />
        </span>
        <span className="experiment-plan">{planOf(one)}</span>
      </span>
    ),
  },
  {
    id: "ended",
    header: "Ended",
    cell: ({ ended, planned }) => (
      <span className="experiment-ended">
        {grouped(ended)} of {grouped(planned)}
      </span>
    ),
    isNumber: true,
  },
  { id: "counts", header: "Of the planned", cell: (one) => <Counts experiment={one} /> },
  {
    id: "rate",
    header: "Pass rate of the planned",
    cell: ({ passed, planned, interval }) => <Rate hits={passed} n={planned} interval={interval} of="planned" />,
  },
  { id: "mean", header: "Mean", cell: meanOf, isNumber: true },
];

/** Only where one of them has a cost. */
const costColumn: DataColumn<ExperimentBody> = {
  id: "cost",
  header: "Cost",
  cell: ({ costUsd }) => (costUsd === null ? dash : dollars(costUsd)),
  isNumber: true,
};

const dash = <span className="faint">–</span>;

function meanOf({ mean, scored }: ExperimentBody) {
  return mean === null ? dash : <span title={`mean score of ${grouped(scored)} scored`}>{mean.toFixed(3)}</span>;
}

function planOf({ subjects, agents, conditions, trials }: ExperimentBody): string {
  const named = conditions.filter(({ name }) => name !== null).length;
  const agent = agents.length === 1 ? (agents[0]?.name ?? "") : counted(agents.length, "agent");
  const subject = subjects.count === 1 ? (subjects.ids[0] ?? "") : counted(subjects.count, subjects.kind);
  return [subject, agent, ...(named > 1 ? [counted(named, "condition")] : []), counted(trials, "trial")].join(" × ");
}

/** A bar with its counts in words: passed, below, unscored by origin, and what has not ended. */
function Counts({ experiment }: { experiment: ExperimentBody }) {
  const { passed, below, unscored, countedAsZero } = experiment;
  const zeros = Object.entries(countedAsZero).map(([why, runs]) => `${grouped(runs)} by ${why}`);
  const whys = Object.entries(unscored).map(([why, runs]) => `${grouped(runs)} ${why}`);
  const words = [
    `${grouped(passed)} passed`,
    `${grouped(below)} below${zeros.length === 0 ? "" : ` (as 0: ${zeros.join(", ")})`}`,
    ...(whys.length === 0 ? [] : [`${grouped(unscoredCount(experiment))} unscored (${whys.join(", ")})`]),
  ];
  return (
    <span className="experiment-counts">
      <CountBar counts={experiment} />
      <span className="soft">{words.join(" · ")}</span>
    </span>
  );
}

function NoExperiments() {
  return (
    <EmptyState Icon={FlaskConical} title="No experiments yet">
      <p>An experiment is a planned set of runs: benchmarks × agents × trials. Start one from Benchmarks, or:</p>
      <code>npx runledger run benchmarks/ --agent deterministic --trials 3</code>
    </EmptyState>
  );
}
