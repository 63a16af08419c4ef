// One benchmark: what it asks, its file with its last change, the contents that its runs had, and its newest runs.

import { Link, useParams } from "@tanstack/react-router";
import { FileLock2, Play } from "lucide-react";
import { useState } from "react";
import type { Routes } from "../../../../src/protocol/http.ts";
import type { AnswerOf } from "../../../../src/protocol/http-route.ts";
import { counted, grouped, plain } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { DataTable } from "../../design/data-table.tsx";
import { RunLink } from "../../design/run-link.tsx";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Status, statusWords, Verdict } from "../../design/status.tsx";
import { Time, Took } from "../../design/time.tsx";
import { Page } from "../../shell/page.tsx";
import { StartDialog } from "./start-dialog.tsx";
import "../../design/figures.css";
import "./benchmarks.css";

type Benchmark = AnswerOf<Routes["getBenchmark"]>;

export function BenchmarkPage() {
  const { benchmarkId: id } = useParams({ from: "/benchmarks/$benchmarkId" });
  const [isStarting, setStarting] = useState(false);
  const { data, error, refetch } = useApi("getBenchmark", { params: { id } }, { isLive: true });
  return (
    <Page
      title={id}
      actions={
        data === undefined ? null : (
          <button type="button" className="button primary" onClick={() => setStarting(true)}>
            <Play size={14} aria-hidden />
            Run it
          </button>
        )
      }
    >
      {data === undefined ? (
        error === null ? (
          <Loading rows={10} what="Reading the benchmark" />
        ) : (
          <ErrorState error={error} onRetry={refetch} />
        )
      ) : (
        <>
          <div className="benchmark-columns">
            <div className="stack">
              <About benchmark={data} />
              {data.groundTruth === undefined ? <NoSource /> : <Source id={id} />}
            </div>
            <div className="stack">
              <Counts benchmark={data} />
              <Versions id={id} />
            </div>
          </div>
          <RecentRuns benchmark={data} />
        </>
      )}
      {isStarting ? <StartDialog benchmarks={[id]} onClose={() => setStarting(false)} /> : null}
    </Page>
  );
}

function About({ benchmark }: { benchmark: Benchmark }) {
  const { description, prompt, steps, environment, tags, minScore, scoring, limits, tools, metadata } = benchmark;
  const set = Object.entries(limits).filter(([, value]) => value !== null && value !== undefined);
  return (
    <section className="panel" aria-label="What it asks">
      <div className="panel-body stack">
        <p>{description}</p>
        {steps.length === 0 ? (
          <p className="code-block benchmark-prompt">{prompt}</p>
        ) : (
          <ol className="stack">
            {steps.map((one) => (
              <li key={one.step}>
                <strong>{one.step}</strong> <span className="soft">{one.description}</span>
                <p className="code-block benchmark-prompt">{one.prompt}</p>
              </li>
            ))}
          </ol>
        )}
        <dl className="facts">
          <dt>Environment</dt>
          <dd>{environment}</dd>
          <dt>Passes at</dt>
          <dd>
            a score of {plain(minScore)}, profile {scoring}
          </dd>
          <dt>Limits</dt>
          <dd className="mono">
            {set.length === 0 ? "the defaults" : set.map(([name, value]) => `${name}=${String(value)}`).join(" ")}
          </dd>
          <dt>Tools</dt>
          <dd>{tools === "all" ? "all of its environment" : tools.join(", ")}</dd>
          <dt>Tags</dt>
          <dd className="row-of">
            {tags.length === 0
              ? "none"
              : tags.map((tag) => (
                  <span key={tag} className="tag">
                    {tag}
                  </span>
                ))}
          </dd>
          {Object.entries(metadata).map(([key, value]) => (
            <Fact key={key} name={key} value={String(value)} />
          ))}
        </dl>
      </div>
    </section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

function Source({ id }: { id: string }) {
  const { data, error, refetch } = useApi("benchmarkSource", { params: { id } });
  if (data === undefined)
    return error === null ? (
      <Loading rows={6} what="Reading the file" />
    ) : (
      <ErrorState error={error} onRetry={refetch} />
    );
  const { yaml, file, changedAt, isChangedSince } = data;
  return (
    <section className="panel" aria-label="Its file">
      <header>
        <h2>{file === null ? "As it was upserted" : "Its file"}</h2>
        <CopyButton text={yaml} what="the YAML" />
      </header>
      <div className="panel-body stack">
        <p className="soft">
          {file === null ? null : <code>{file}</code>} last changed <Time iso={changedAt} />
        </p>
        {isChangedSince ? (
          <p className="mark warn">The file is not as it was when it was read; Sync reads it anew.</p>
        ) : null}
        <pre className="code-block">{yaml}</pre>
      </div>
    </section>
  );
}

/** Who has not signed in is told no ground truth, which is no failure: nothing is asked for then. */
function NoSource() {
  return (
    <section className="panel" aria-label="Its file">
      <EmptyState Icon={FileLock2} title="The file is shown to those who have signed in">
        <p>It holds the ground truth. Open the pages by the sign-in link that serve prints.</p>
      </EmptyState>
    </section>
  );
}

function Counts({ benchmark: { counts } }: { benchmark: Benchmark }) {
  return (
    <section className="panel" aria-label="All its runs">
      <header>
        <h2>All its runs</h2>
      </header>
      {counts.length === 0 ? (
        <p className="panel-body soft">none yet</p>
      ) : (
        <dl className="facts panel-body">
          {counts.map(({ status, passed, runs }) => (
            <Fact key={`${status} ${passed}`} name={countName(status, passed)} value={grouped(runs)} />
          ))}
        </dl>
      )}
    </section>
  );
}

function countName(status: string, passed: boolean | null): string {
  const verdict = status !== "completed" ? "" : passed === null ? ", no verdict" : passed ? ", passed" : ", below";
  return `${statusWords(status as Parameters<typeof statusWords>[0])}${verdict}`;
}

function Versions({ id }: { id: string }) {
  const { data, error, refetch } = useApi("benchmarkVersions", { params: { id } }, { isLive: true });
  if (data === undefined) return error === null ? <Loading rows={2} /> : <ErrorState error={error} onRetry={refetch} />;
  return (
    <section className="panel" aria-label="Contents">
      <header>
        <h2>Contents that its runs had</h2>
        <span className="soft">of the newest {counted(data.runsLooked, "run")}</span>
      </header>
      <ul className="panel-body stack">
        {data.versions.length === 0 ? <li className="soft">No run yet.</li> : null}
        {data.versions.map(({ digest, isCurrent, runs, firstRunAt, lastRunAt }) => (
          <li key={digest}>
            <span className="id" title={digest}>
              {digest.slice(7, 19)}
            </span>{" "}
            {isCurrent ? <span className="mark good">as it is now</span> : <span className="tag">earlier</span>}
            <br />
            <span className="soft">
              {counted(runs, "run")}, <Time iso={firstRunAt} /> to <Time iso={lastRunAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function RecentRuns({ benchmark: { id, recentRuns } }: { benchmark: Benchmark }) {
  if (recentRuns.length === 0) return null;
  return (
    <section aria-label="Newest runs" className="stack">
      <h2>
        Newest runs{" "}
        <Link to="/" search={{ benchmark: id }} className="soft">
          all of them
        </Link>
      </h2>
      <DataTable
        caption="Newest runs of the benchmark"
        rows={recentRuns}
        rowId={(run) => run.id}
        columns={[
          { id: "run", header: "Run", cell: (run) => <RunLink id={run.id} /> },
          { id: "status", header: "Status", cell: ({ status }) => <Status status={status} /> },
          {
            id: "verdict",
            header: "Verdict",
            cell: ({ status, passed }) => (status === "completed" ? <Verdict passed={passed} /> : "–"),
          },
          {
            id: "score",
            header: "Score",
            cell: ({ score }) => (score === null ? "–" : score.toFixed(6)),
            isNumber: true,
          },
          { id: "agent", header: "Agent", cell: ({ agent }) => agent?.name ?? "none" },
          { id: "queued", header: "Queued", cell: ({ queuedAt }) => <Time iso={queuedAt} /> },
          {
            id: "took",
            header: "Took",
            cell: (run) => <Took run={run} />,
            isNumber: true,
          },
        ]}
      />
    </section>
  );
}
