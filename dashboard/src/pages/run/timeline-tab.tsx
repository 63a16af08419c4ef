// The timeline: steps, model calls and tool calls as bars. A run with many events is looked at through a window of some
// hundred; the slider moves it over the whole.

import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ChevronLeft, ChevronRight } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { isActive } from "../../../../src/core/moves.ts";
import { duration, grouped } from "../../../../src/views/number-words.ts";
import { client } from "../../api/client.ts";
import { useNowMs } from "../../design/clock.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { localTime } from "../../design/time.tsx";
import { useAttemptRange } from "./attempt-range.ts";
import type { RunSearch } from "./run-search.ts";
import { type Span, spansOf } from "./spans.ts";
import { usePageRun } from "./use-run.ts";

/** Events of one window. */
const windowSize = 500;
const rowHeight = 26;

export function TimelineTab() {
  const { run } = usePageRun();
  const { first, last } = useAttemptRange();
  const { seq } = useSearch({ strict: false }) as { seq?: number };
  const windows = Math.max(1, Math.ceil((last - first + 1) / windowSize));
  const shown = seq === undefined ? 0 : Math.min(windows - 1, Math.max(0, Math.floor((seq - first) / windowSize)));
  const after = first - 1 + shown * windowSize;
  const limit = Math.min(windowSize, last - after);
  const isLast = shown === windows - 1;
  const found = useQuery({
    // A window that is full never changes.
    queryKey: ["timeline", run.id, after, limit],
    queryFn: ({ signal }) => client.call("runEvents", { params: { id: run.id }, query: { after, limit }, signal }),
    placeholderData: (last) => last,
  });
  const spans = useMemo(() => spansOf(found.data?.events ?? []), [found.data]);
  if (found.error !== null) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (found.isPending) return <Loading what="Reading events" />;
  return (
    <div className="tab-body timeline-tab" aria-busy={found.isPlaceholderData}>
      {windows > 1 ? <WindowSlider {...{ shown, windows, first, last }} /> : null}
      {spans.length === 0 ? (
        <EmptyState title="Nothing has begun yet">
          <p>Steps and calls appear here as they happen.</p>
        </EmptyState>
      ) : (
        <Waterfall
          key={shown}
          spans={spans}
          chosen={seq ?? null}
          isMoving={isLast && last === run.seq && isActive(run.status)}
        />
      )}
    </div>
  );
}

type WindowProps = { shown: number; windows: number; first: number; last: number };

function WindowSlider({ shown, windows, first, last }: WindowProps) {
  const { run } = usePageRun();
  const navigate = useNavigate();
  const { attempt } = useSearch({ strict: false }) as RunSearch;
  const begin = first + shown * windowSize;
  const go = (next: number): void => {
    const params = { runId: run.id, tab: "timeline" };
    const search = { seq: Math.min(last, first + next * windowSize), ...(attempt === undefined ? {} : { attempt }) };
    void navigate({ to: "/runs/$runId/$tab", params, search, replace: true });
  };
  return (
    <div className="row-of">
      <button type="button" className="button small" disabled={shown === 0} onClick={() => go(shown - 1)}>
        <ChevronLeft size={14} aria-hidden />
        Earlier
      </button>
      <label className="row-of seq-slider">
        <span className="visually-hidden">Part of the run</span>
        <input
          type="range"
          min={0}
          max={windows - 1}
          value={shown}
          aria-valuetext={`events from ${begin}`}
          onChange={(event) => go(Number(event.target.value))}
        />
        <span className="number">
          events {grouped(begin)}–{grouped(Math.min(last, begin + windowSize - 1))} of {grouped(last)}
        </span>
      </label>
      <button type="button" className="button small" disabled={shown === windows - 1} onClick={() => go(shown + 1)}>
        Later
        <ChevronRight size={14} aria-hidden />
      </button>
    </div>
  );
}

function Waterfall({ spans, chosen, isMoving }: { spans: readonly Span[]; chosen: number | null; isMoving: boolean }) {
  const nowMs = useNowMs(isMoving && spans.some(({ toMs }) => toMs === null));
  const fromMs = Math.min(...spans.map((span) => span.fromMs));
  const lastMs = Math.max(...spans.map((span) => span.toMs ?? span.fromMs));
  const toMs = Math.max(lastMs, isMoving ? nowMs : 0, fromMs + 1);
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: spans.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const index = chosen === null ? -1 : spans.findLastIndex((span) => span.seq <= chosen);
  useEffect(() => {
    if (index >= 0) rows.scrollToIndex(index, { align: "center" });
  }, [rows, index]);
  return (
    <section
      className="waterfall"
      ref={scroller}
      aria-label="Steps and calls over time"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by the keyboard
      tabIndex={0}
    >
      <div className="waterfall-scale">
        <span>{localTime(new Date(fromMs).toISOString(), true)}</span>
        <span>{duration((toMs - fromMs) / 2)}</span>
        <span>{duration(toMs - fromMs)}</span>
      </div>
      <ol style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map((item) => {
          const span = spans[item.index];
          if (span === undefined) return null;
          const isChosen = item.index === index;
          return <Bar key={span.seq} {...{ span, fromMs, toMs, isMoving, isChosen, start: item.start }} />;
        })}
      </ol>
    </section>
  );
}

const stateMarks = { ok: "quiet", failed: "bad", left: "warn", open: "busy" } as const;

type BarProps = { span: Span; fromMs: number; toMs: number; isMoving: boolean; isChosen: boolean; start: number };

function Bar({ span, fromMs, toMs, isMoving, isChosen, start }: BarProps) {
  const { run } = usePageRun();
  const navigate = useNavigate();
  const { attempt } = useSearch({ strict: false }) as RunSearch;
  const share = (ms: number) => `${((ms - fromMs) / (toMs - fromMs)) * 100}%`;
  const endMs = span.toMs ?? toMs;
  const took = span.kind === "mark" ? "" : `${span.isCutOff ? "over " : ""}${duration(endMs - span.fromMs)}`;
  const open = isMoving ? "under way" : "no end here";
  const state = { ok: "", failed: "failed", left: "no end", open }[span.outcome];
  return (
    <li style={{ transform: `translateY(${start}px)` }} className={isChosen ? "bar-row is-chosen" : "bar-row"}>
      <button
        type="button"
        data-seq={span.seq}
        title={[span.words, span.detail, took, state].filter((part) => part !== "").join(" · ")}
        onClick={() =>
          void navigate({
            to: "/runs/$runId/$tab",
            params: { runId: run.id, tab: "events" },
            search: { ...(attempt === undefined ? {} : { attempt }), seq: span.seq },
          })
        }
      >
        <span className="bar-words one-line" style={{ paddingInlineStart: span.depth * 12 }}>
          {span.words} <span className="faint">{span.detail}</span>
        </span>
        <span className="bar-place">
          <span
            className={`bar ${span.kind} ${span.outcome}${span.outcome === "open" && isMoving ? " moves" : ""}`}
            style={{ left: share(span.fromMs), width: `max(3px, calc(${share(endMs)} - ${share(span.fromMs)}))` }}
          />
        </span>
        <span className="bar-took number soft">
          {took} {state === "" ? null : <span className={`mark ${stateMarks[span.outcome]}`}>{state}</span>}
        </span>
      </button>
    </li>
  );
}
