// The head of a run's page: status and verdict apart, what it is a run of, and what it does or waits for.

import { Link } from "@tanstack/react-router";
import { FilePen } from "lucide-react";
import { shortId } from "../../../../src/core/ids.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { RunLink } from "../../design/run-link.tsx";
import { RunNote } from "../../design/run-note.tsx";
import { Status, Verdict } from "../../design/status.tsx";
import { Time, Took } from "../../design/time.tsx";
import { RunVerbs } from "./run-verbs.tsx";
import { usePageRun } from "./use-run.ts";

export function RunHead() {
  const { shown } = usePageRun();
  const { id, status, passed, score, minScore } = shown;
  return (
    <header className="run-head">
      <div className="page-head">
        <h1 className="one-line">{shown.name ?? shown.subject.id}</h1>
        <RunVerbs />
      </div>
      <div className="run-standing" aria-live="polite">
        <Status status={status} isBoxed />
        {status === "completed" ? <Verdict passed={passed} isBoxed /> : null}
        {score === null ? null : (
          <span>
            score <strong>{score.toFixed(6)}</strong>
            {minScore === null ? null : <span className="soft"> (needs {minScore})</span>}
          </span>
        )}
        <span className="soft run-remark">
          <RunNote run={shown as RunBody} />
        </span>
      </div>
      <div className="run-facts">
        <span>
          <span className="id">{shortId(id)}</span>
          <CopyButton text={id} what="the whole id" />
        </span>
        {shown.agent === null ? null : <Fact words="agent">{shown.agent.name}</Fact>}
        {shown.experimentId === null ? null : (
          <Fact words="experiment">
            <Link to="/experiments" search={{ id: shown.experimentId }} className="id">
              {shortId(shown.experimentId)}
            </Link>
          </Fact>
        )}
        {shown.seed === null ? null : <Fact words="seed">{shown.seed}</Fact>}
        {shown.againOf === null ? null : (
          <Fact words="again of">
            <RunLink id={shown.againOf} />
          </Fact>
        )}
        <Fact words={shown.startedAt === null ? "queued" : "started"}>
          <Time iso={shown.startedAt ?? shown.queuedAt} />
        </Fact>
        <Fact words={shown.endedAt === null ? "for" : "took"}>
          <Took run={shown} />
        </Fact>
        {shown.attempt > 1 ? <Fact words="attempt">{shown.attempt}</Fact> : null}
        {shown.isChangedSince ? <ChangedSince benchmarkId={shown.subject.id} /> : null}
        {shown.imported ? <span className="tag">imported</span> : null}
        {Object.entries(shown.labels).map(([key, value]) => (
          <span className="tag" key={key}>
            {key}={value}
          </span>
        ))}
      </div>
    </header>
  );
}

function ChangedSince({ benchmarkId }: { benchmarkId: string }) {
  return (
    <span className="mark warn">
      <FilePen aria-hidden />
      <span>
        <Link to="/benchmarks/$benchmarkId" params={{ benchmarkId }}>
          the benchmark
        </Link>{" "}
        has changed since this run
      </span>
    </span>
  );
}

function Fact({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <span>
      <span className="soft">{words}</span> {children}
    </span>
  );
}
