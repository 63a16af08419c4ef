// One event whole, and the run as it was right after it.

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Run } from "../../../../src/core/run.ts";
import { usageOf } from "../../../../src/core/run.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { ErrorState, Loading } from "../../design/states.tsx";
import { Status, Verdict } from "../../design/status.tsx";
import { Time } from "../../design/time.tsx";
import { momentQueries } from "./moment.ts";
import type { RunSearch } from "./run-search.ts";
import { usePageRun } from "./use-run.ts";

export function EventDetail({ seq }: { seq: number }) {
  const { run } = usePageRun();
  const [ofEvent, ofState] = momentQueries(run.id, seq);
  const found = useQuery({ ...ofEvent, placeholderData: keepPreviousData });
  const then = useQuery({ ...ofState, placeholderData: keepPreviousData });
  const event = found.data;
  if (found.error !== null) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (event == null) return <Loading what="Reading the event" />;
  const text = JSON.stringify(event.data, null, 2);
  return (
    <section className="event-detail" aria-label={`Event ${event.seq}`} aria-busy={found.isPlaceholderData}>
      <div className="panel">
        <header>
          <h2>
            #{event.seq} <span className="mono">{event.type}</span>
          </h2>
          <CopyButton text={() => JSON.stringify(event, null, 2)} what="the event" />
          <Link
            className="button quiet small"
            to="/runs/$runId/$tab"
            params={{ runId: run.id, tab: "timeline" }}
            search={({ attempt }: RunSearch) => ({ ...(attempt === undefined ? {} : { attempt }), seq: event.seq })}
          >
            Timeline
          </Link>
        </header>
        <dl className="facts panel-body">
          <dt>At</dt>
          <dd>
            <Time iso={event.at} withMs />
          </dd>
          <dt>Recorded</dt>
          <dd>
            <Time iso={event.recordedAt} withMs />
          </dd>
          <dt>By</dt>
          <dd>
            {event.actor}
            {event.attempt === null ? "" : `, attempt ${event.attempt}`}, position {event.position}
          </dd>
        </dl>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a text that scrolls has to be reached by the keyboard */}
        <pre className="code-block event-data" tabIndex={0}>
          {text}
        </pre>
      </div>
      {then.data === undefined ? null : <AsOf run={then.data.run} seq={then.data.seq} />}
    </section>
  );
}

function AsOf({ run, seq }: { run: Run; seq: number }) {
  const { tokens, modelCalls, toolCalls } = usageOf(run);
  return (
    <div className="panel" data-as-of={seq}>
      <header>
        <h2>The run as of event {seq}</h2>
        <Status status={run.status} isBoxed />
        {run.status === "completed" ? <Verdict passed={run.passed} isBoxed /> : null}
      </header>
      <dl className="facts panel-body">
        <dt>Attempt</dt>
        <dd>{run.attempt?.number ?? "none yet"}</dd>
        <dt>Phase, step</dt>
        <dd>{[run.phase, run.step?.name].filter((part) => part != null).join(", ") || "–"}</dd>
        <dt>Steps done</dt>
        <dd>{run.stepsDone}</dd>
        <dt>In flight</dt>
        <dd>{run.openCalls.map(({ what }) => what).join(", ") || "nothing"}</dd>
        <dt>Used</dt>
        <dd>
          {toolCalls} tool calls, {modelCalls} model calls, {tokens} tokens
        </dd>
        <dt>Score</dt>
        <dd>{run.score ?? "–"}</dd>
      </dl>
    </div>
  );
}
