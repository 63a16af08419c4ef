// The switch between attempts, above every tab that shows what happened in one. Which one is in the address.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useMemo } from "react";
import type { AttemptBody } from "../../../../src/protocol/http-view-routes.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Duration } from "../../design/time.tsx";
import { AttemptRangeContext, rangeOf, useAttempts } from "./attempt-range.ts";
import { endWords, outcomeWords } from "./attempt-words.ts";
import type { RunSearch } from "./run-search.ts";
import { usePageRun } from "./use-run.ts";

/** Tabs that show one attempt, and what they show if none was chosen. */
const unchosen: Record<string, "all" | "newest"> = {
  timeline: "all",
  steps: "all",
  transactions: "all",
  flow: "newest",
  variables: "newest",
  logs: "newest",
  events: "all",
};

/** Shows the switch if there is something to switch, and the tab within what was chosen. */
export function AttemptGate({ tab, children }: { tab: string; children: ReactNode }) {
  const { run } = usePageRun();
  const { attempt } = useSearch({ strict: false }) as RunSearch;
  const last = run.attempt?.number ?? 0;
  const isOf = unchosen[tab];
  const isOffered = isOf !== undefined && (last > 1 || attempt !== undefined);
  const found = useAttempts({ isWanted: isOffered });
  const attempts = found.data?.attempts;
  const range = useMemo(
    () => (attempt === undefined || attempts === undefined ? null : rangeOf(attempts, attempt, run.seq)),
    [attempts, attempt, run.seq],
  );
  if (!isOffered) return children;
  if (found.error !== null && attempts === undefined) {
    return <ErrorState error={found.error} onRetry={found.refetch} />;
  }
  const isKnown = attempt === undefined || range !== null;
  return (
    <>
      <AttemptBar tab={tab} isOf={isOf} attempts={attempts ?? []} attempt={attempt ?? null} last={last} />
      {isKnown ? (
        <AttemptRangeContext.Provider key={attempt ?? "all"} value={range}>
          {children}
        </AttemptRangeContext.Provider>
      ) : attempts === undefined ? (
        <Loading what="Reading attempts" />
      ) : (
        <NoAttempt attempt={attempt} last={last} />
      )}
    </>
  );
}

type BarProps = {
  tab: string;
  isOf: "all" | "newest";
  attempts: readonly AttemptBody[];
  attempt: number | null;
  last: number;
};

function AttemptBar({ tab, isOf, attempts, attempt, last }: BarProps) {
  const { run } = usePageRun();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as RunSearch;
  const shown = attempts.find((one) => one.attempt === (attempt ?? (isOf === "newest" ? last : null)));
  const go = (next: string): void => {
    // An event that was looked at lies in another attempt.
    const { attempt: _attempt, seq: _seq, ...rest } = search;
    const chosen = next === "" ? {} : { attempt: Number(next) };
    void navigate({ to: "/runs/$runId/$tab", params: { runId: run.id, tab }, search: { ...rest, ...chosen } });
  };
  return (
    <div className="attempt-bar">
      <label className="row-of">
        <span className="soft">Attempt</span>
        <select className="field" value={attempt ?? ""} onChange={(event) => go(event.target.value)}>
          <option value="">{isOf === "all" ? `all ${last}` : `the newest (${last})`}</option>
          {attempts.map((one) => (
            <option key={one.attempt} value={one.attempt}>
              {one.attempt}: {outcomeWords(one)}
            </option>
          ))}
          {attempt === null || attempts.some((one) => one.attempt === attempt) ? null : (
            <option value={attempt}>{attempt}</option>
          )}
        </select>
      </label>
      {shown === undefined ? null : <Standing attempt={shown} />}
    </div>
  );
}

/** How the attempt stands or what ended it. */
function Standing({ attempt }: { attempt: AttemptBody }) {
  const { run } = usePageRun();
  const words = endWords(attempt, run.kind).join(" · ");
  return (
    <p className="attempt-end one-line" title={words} role="status">
      <strong>{outcomeWords(attempt)}</strong>{" "}
      {attempt.startedAt === null ? null : (
        <span className="soft">
          {attempt.outcome === null ? "for" : "after"} <Duration from={attempt.startedAt} to={attempt.endedAt} />
        </span>
      )}
      {words === "" ? null : <span className="soft"> · {words}</span>}
    </p>
  );
}

function NoAttempt({ attempt, last }: { attempt: number | undefined; last: number }) {
  return (
    <EmptyState title={`There is no attempt ${attempt} to show`}>
      <p>{last === 0 ? "None has begun yet." : `The newest is ${last}; of very many the oldest are not listed.`}</p>
    </EmptyState>
  );
}
