// What a run used, each beside the limit that it has.

import type { RunLimits } from "../../../../src/core/limits.ts";
import { isActive, isTerminal } from "../../../../src/core/moves.ts";
import { usageOf } from "../../../../src/core/run.ts";
import { workedMs } from "../../../../src/core/run-time.ts";
import { dollars, duration, grouped, plain } from "../../../../src/views/number-words.ts";
import { useNowMs } from "../../design/clock.ts";
import { Time } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

type Line = { words: string; used: string; of: string | null; share: number | null };

export function UsagePanel() {
  const { run, shown } = usePageRun();
  const begun = isActive(run.status) ? shown.attemptStartedAt : null;
  const nowMs = useNowMs(begun !== null);
  const { tokens, costUsd, modelCalls, toolCalls } = usageOf(run);
  const limits = run.limits as Partial<Record<keyof RunLimits, number | null>>;
  const time = (words: string, ms: number | null, limit?: number | null) =>
    line(words, ms === null ? null : secondsOf(ms, begun !== null), limit, (s) => timeWords(s * 1000, begun !== null));
  const isFirst = shown.attempt <= 1;
  const lines: Line[] = [
    time(isFirst ? "Time" : "Time of all attempts", workedMs(run, nowMs), isFirst ? limits.wall_s : null),
    // The limit is each attempt's own.
    ...(isFirst || begun === null ? [] : [time("Of the present one", nowMs - Date.parse(begun), limits.wall_s)]),
    line("Tool calls", toolCalls, limits.tool_calls, grouped),
    line("Model calls", modelCalls, limits.turns, grouped),
    line("Tokens", tokens, limits.tokens, grouped),
    line("Cost", modelCalls === 0 ? 0 : costUsd, limits.cost_usd, (usd) => (usd === 0 ? "none" : dollars(usd))),
  ];
  return (
    <section className="panel" aria-labelledby="usage">
      <header>
        <h2 id="usage">Used, of its limits</h2>
      </header>
      <dl className="facts panel-body">
        {lines.map(({ words, used, of, share }) => (
          <div className="pair" key={words}>
            <dt>{words}</dt>
            <dd>
              {used}
              {of === null ? null : <span className="soft"> of {of}</span>}
              {share === null ? null : (
                <span className="meter wide" aria-hidden>
                  <span style={{ width: `${Math.min(100, share * 100)}%` }} />
                </span>
              )}
            </dd>
          </div>
        ))}
        <Origin />
      </dl>
    </section>
  );
}

/** What it is a run of, and where it came from. */
function Origin() {
  const { run, shown } = usePageRun();
  const others = Object.entries(run.limits as Record<string, number | null>).filter(
    ([name, value]) => value !== null && !["wall_s", "tool_calls", "turns", "tokens", "cost_usd"].includes(name),
  );
  return (
    <>
      <div className="pair">
        <dt>Other limits</dt>
        <dd className="soft">{others.map(([name, value]) => `${name} ${plain(value ?? 0)}`).join(" · ") || "none"}</dd>
      </div>
      <div className="pair">
        <dt>Subject</dt>
        <dd>
          {run.subject.id} <span className="id faint digest">{run.subject.digest}</span>
        </dd>
      </div>
      {run.agent === null ? null : (
        <div className="pair">
          <dt>Agent</dt>
          <dd>
            {run.agent.name}
            {run.agent.kind === run.agent.name ? "" : `, ${run.agent.kind}`}
            {run.agent.model === null ? "" : ` (${run.agent.model})`}{" "}
            <span className="id faint digest">{run.agent.digest}</span>
          </dd>
        </div>
      )}
      <div className="pair">
        <dt>Queued</dt>
        <dd>
          <Time iso={run.queuedAt} /> by {run.who}
        </dd>
      </div>
      <div className="pair">
        <dt>Session file</dt>
        {shown.files.session === undefined ? (
          <dd className="soft">{isTerminal(run.status) ? "none" : "written when the run has ended"}</dd>
        ) : (
          <dd className="mono">{shown.files.session}</dd>
        )}
      </div>
    </>
  );
}

function secondsOf(ms: number, isTicking: boolean): number {
  return isTicking ? Math.floor(ms / 1000) : ms / 1000;
}

/** Whole seconds while they go on, so that digits do not dance. */
function timeWords(ms: number, isTicking: boolean): string {
  return isTicking && ms < 100_000 ? `${Math.floor(ms / 1000)} s` : duration(ms);
}

function line(
  words: string,
  used: number | null,
  limit: number | null | undefined,
  show: (value: number) => string,
): Line {
  const hasLimit = limit !== null && limit !== undefined;
  return {
    words,
    used: used === null ? (words === "Cost" ? "not known" : "–") : show(used),
    of: hasLimit ? show(limit) : null,
    share: used === null || !hasLimit || limit === 0 ? null : used / limit,
  };
}
