// One experiment: what its runs add up to, by group and by cell, and the verbs on all of them.

import { Link, useParams } from "@tanstack/react-router";
import { GitCompareArrows, Rows3 } from "lucide-react";
import { shortId } from "../../../../src/core/ids.ts";
import type { ExperimentBody } from "../../../../src/protocol/http-resources.ts";
import { counted, dollars, grouped, plain } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { CountBar } from "../../design/count-bar.tsx";
import { Rate } from "../../design/rate.tsx";
import { ErrorState, Loading } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";
import { Page } from "../../shell/page.tsx";
import { ExperimentVerbs } from "./experiment-verbs.tsx";
import { GroupTable } from "./group-table.tsx";
import { Matrix } from "./matrix.tsx";
import "../../design/figures.css";
import "./experiments.css";

export function ExperimentPage() {
  const { experimentId } = useParams({ from: "/experiments/$experimentId" });
  const { data, error, refetch } = useApi("getExperiment", { params: { id: experimentId } }, { isLive: true });
  if (data === undefined) {
    return (
      <Page title={`Experiment ${shortId(experimentId)}`}>
        {error === null ? (
          <Loading rows={10} what="Reading the experiment" />
        ) : (
          <ErrorState {...{ error }} onRetry={refetch} />
        )}
      </Page>
    );
  }
  return (
    <Page title={data.name ?? `Experiment ${shortId(data.id)}`} actions={<ExperimentVerbs experiment={data} />}>
      <Summary experiment={data} />
      {data.groups.length < 2 ? null : <GroupTable experiment={data} />}
      <Matrix experiment={data} />
    </Page>
  );
}

function Summary({ experiment }: { experiment: ExperimentBody }) {
  const { id, subjects, agents, conditions, trials, planned, ended, seeds, jobs, who, plannedAt } = experiment;
  const named = conditions.flatMap(({ name }) => name ?? []);
  return (
    <section className="panel" aria-label="Summary">
      <div className="panel-body stack">
        <CountBar counts={experiment} withWords />
        <dl className="facts experiment-facts">
          <dt>Planned</dt>
          <dd>
            {counted(subjects.count, subjects.kind)} × {agents.map(({ name }) => name).join(", ")}
            {named.length === 0 ? "" : ` × ${named.join(", ")}`} × {counted(trials, "trial")} ={" "}
            {counted(planned, "run")}; {grouped(ended)} ended
          </dd>
          <dt>Pass rate</dt>
          <dd>
            <Rate hits={experiment.passed} n={planned} interval={experiment.interval} of="planned" />
            {experiment.groups.length > 1 ? <span className="soft"> over all groups together</span> : null}
          </dd>
          <dt>Mean score</dt>
          <dd>{meanWords(experiment)}</dd>
          <Whys title="Unscored" counts={experiment.unscored} />
          <Whys title="Counted as 0" counts={experiment.countedAsZero} />
          <dt>Used</dt>
          <dd>
            {counted(experiment.tokens, "token")}
            {experiment.costUsd === null
              ? experiment.tokens === 0
                ? ""
                : ", cost not known"
              : `, ${dollars(experiment.costUsd)}`}
          </dd>
          <dt>Asked</dt>
          <dd>
            by {who}, <Time iso={plannedAt} />, seed {plain(seeds.base)}, {grouped(jobs)} at once
          </dd>
          <dt>Id</dt>
          <dd className="row-of">
            <span className="id">{id}</span> <CopyButton text={id} what="the id" />
          </dd>
        </dl>
        <div className="row-of">
          <Link to="/" search={{ experiment: id }} className="button small">
            <Rows3 size={13} aria-hidden /> Its runs as a list
          </Link>
          <Link to="/compare" search={{ of: "experiments", a: id }} className="button small">
            <GitCompareArrows size={13} aria-hidden /> Compare with another
          </Link>
        </div>
      </div>
    </section>
  );
}

function meanWords({ mean, scored }: ExperimentBody): string {
  return mean === null ? "nothing scored yet" : `${mean.toFixed(3)} of ${counted(scored, "run")} with a score`;
}

/** Counts by what ended the runs; nothing where there are none. */
function Whys({ title, counts }: { title: string; counts: Record<string, number> }) {
  const entries = Object.entries(counts);
  if (entries.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      <dd className="row-of">
        {entries.map(([why, runs]) => (
          <span key={why} className="tag">
            {grouped(runs)} {why}
          </span>
        ))}
      </dd>
    </>
  );
}
