// One of two runs that are compared, in a few facts.

import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { grouped, plain, score } from "../../../../src/views/number-words.ts";
import { RunLink } from "../../design/run-link.tsx";
import { RunNote } from "../../design/run-note.tsx";
import { Status, Verdict } from "../../design/status.tsx";
import { Time, Took } from "../../design/time.tsx";

export function RunCard({ side, run }: { side: "A" | "B"; run: RunBody }) {
  const { id, subject, name, agent, status, passed, minScore, seed, startedAt, usage } = run;
  return (
    <section className="panel" aria-label={`Run ${side}`}>
      <header>
        <h2>
          <span className="compare-side">{side}</span> <RunLink id={id} />
        </h2>
        <Status status={status} />
        {status === "completed" ? <Verdict passed={passed} /> : null}
      </header>
      <dl className="facts panel-body">
        <dt>Subject</dt>
        <dd>{name === null ? subject.id : `${name} (${subject.id})`}</dd>
        <dt>Agent</dt>
        <dd>{agent?.name ?? "none"}</dd>
        <dt>Score</dt>
        <dd className="mono">
          {score(run.score)}
          {minScore === null ? null : <span className="soft"> needs {plain(minScore)}</span>}
        </dd>
        <dt>Seed</dt>
        <dd className="mono">{seed ?? "none"}</dd>
        <dt>Started</dt>
        <dd>
          <Time iso={startedAt} />, took <Took run={run} />
        </dd>
        <dt>Used</dt>
        <dd>
          {grouped(usage.toolCalls)} tool calls, {grouped(usage.modelCalls)} model calls, {grouped(usage.tokens)} tokens
        </dd>
        {status === "completed" ? null : (
          <>
            <dt>Remark</dt>
            <dd>
              <RunNote run={run} />
            </dd>
          </>
        )}
      </dl>
    </section>
  );
}
