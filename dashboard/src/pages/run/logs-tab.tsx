// What an attempt printed: live, searchable, by attempt and stream.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useVirtualizer } from "@tanstack/react-virtual";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useDeferredValue, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { isActive } from "../../../../src/core/moves.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { client } from "../../api/client.ts";
import { onceShown } from "../../api/while-shown.ts";
import { CopyButton } from "../../design/copy-button.tsx";
import { EmptyState, ErrorLine, Loading } from "../../design/states.tsx";
import { LogText, type LogView, linesWith, shownLine } from "./log-text.ts";
import type { RunSearch } from "./run-search.ts";
import { usePageRun } from "./use-run.ts";

const lineHeight = 19;

export function LogsTab() {
  const { run } = usePageRun();
  const search = useSearch({ strict: false }) as RunSearch;
  const navigate = useNavigate();
  const last = run.attempt?.number ?? 0;
  const attempt = Math.min(search.attempt ?? last, last);
  const stream = search.stream ?? "stdout";
  if (last === 0) {
    return (
      <EmptyState title="Nothing was printed yet">
        <p>No attempt has begun.</p>
      </EmptyState>
    );
  }
  const go = (change: RunSearch): void => {
    const params = { runId: run.id, tab: "logs" };
    void navigate({ to: "/runs/$runId/$tab", params, search: { ...search, ...change }, replace: true });
  };
  return (
    <div className="tab-body logs-tab">
      <LogLines
        key={`${attempt} ${stream}`}
        attempt={attempt}
        stream={stream}
        isGrowing={attempt === last && isActive(run.status)}
        find={search.find ?? ""}
        onFind={(find) => go({ find })}
        onStream={(next) => go({ stream: next })}
      />
    </div>
  );
}

type LinesProps = {
  attempt: number;
  stream: "stdout" | "stderr";
  isGrowing: boolean;
  find: string;
  onFind: (words: string) => void;
  onStream: (stream: "stdout" | "stderr") => void;
};

function LogLines({ attempt, stream, isGrowing, find, onFind, onStream }: LinesProps) {
  const { lines, isReading, cut, error } = useLog({ attempt, stream, isGrowing });
  const words = useDeferredValue(find);
  const hits = useMemo(() => (words === "" ? [] : linesWith(lines, words)), [lines, words]);
  const [hit, setHit] = useState(0);
  const [isFollowing, setFollowing] = useState(isGrowing);
  return (
    <>
      <LogBar
        {...{ stream, onStream, find, hits: hits.length, hit, lines: lines.length, isReading, isFollowing, isGrowing }}
        onFind={(next) => {
          setHit(0);
          onFind(next);
        }}
        onStep={(step) => setHit((now) => (hits.length === 0 ? 0 : (now + step + hits.length) % hits.length))}
        onFollow={setFollowing}
        text={() => lines.join("\n")}
      />
      {error === null ? null : <ErrorLine error={error} />}
      {cut === null ? null : (
        <p className="mark warn">{grouped(cut)} bytes in the middle are kept nowhere: the stream was too long.</p>
      )}
      {lines.length === 0 && isReading ? <Loading what="Reading output" /> : null}
      {lines.length === 0 && !isReading && error === null ? (
        <EmptyState title={`Nothing was printed on ${stream}`} />
      ) : null}
      {lines.length === 0 ? null : (
        <LogRows
          {...{ lines, hits, stream, isFollowing }}
          chosen={hits[Math.min(hit, hits.length - 1)] ?? null}
          onLeave={() => setFollowing(false)}
        />
      )}
    </>
  );
}

function useLog({ attempt, stream, isGrowing }: Pick<LinesProps, "attempt" | "stream" | "isGrowing">): LogView {
  const { run } = usePageRun();
  const log = useMemo(() => logOf(run.id, { attempt, stream }), [run.id, attempt, stream]);
  const growing = useRef(isGrowing);
  growing.current = isGrowing;
  // biome-ignore lint/correctness/useExhaustiveDependencies: when it stops to grow, the last of it is read once more
  useEffect(() => log.begin(() => growing.current), [log, isGrowing]);
  return useSyncExternalStore(log.subscribe, log.view);
}

function logOf(runId: string, place: { attempt: number; stream: "stdout" | "stderr" }): LogText {
  return new LogText({
    read: (piece) => client.call("runLogs", { params: { id: runId }, query: { ...place, ...piece } }),
    onceShown,
  });
}

function LogRows(of: {
  lines: readonly string[];
  hits: readonly number[];
  chosen: number | null;
  stream: string;
  isFollowing: boolean;
  onLeave: () => void;
}) {
  const { lines, hits, chosen, stream, isFollowing, onLeave } = of;
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 12,
    useFlushSync: false,
  });
  useEffect(() => {
    if (chosen !== null) rows.scrollToIndex(chosen, { align: "center" });
  }, [rows, chosen]);
  useEffect(() => {
    if (isFollowing && chosen === null && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: "end" });
  }, [rows, lines.length, isFollowing, chosen]);
  const hitSet = useMemo(() => new Set(hits), [hits]);
  return (
    <section
      className="log-lines"
      ref={scroller}
      aria-label={`Lines of ${stream}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by the keyboard
      tabIndex={0}
      onWheel={onLeave}
    >
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {rows.getVirtualItems().map(({ index, start }) => (
          <div
            key={index}
            className={`log-line${hitSet.has(index) ? " is-hit" : ""}${index === chosen ? " is-chosen" : ""}`}
            style={{ transform: `translateY(${start}px)` }}
            data-line={index + 1}
          >
            <span className="line-number">{index + 1}</span>
            <span>{shownLine(lines[index] ?? "")}</span>
          </div>
        ))}
      </div>
    </section>
  );
}

function LogBar(of: {
  stream: LinesProps["stream"];
  onStream: LinesProps["onStream"];
  find: string;
  hits: number;
  hit: number;
  lines: number;
  isReading: boolean;
  isFollowing: boolean;
  isGrowing: boolean;
  onFind: (words: string) => void;
  onStep: (step: number) => void;
  onFollow: (isFollowing: boolean) => void;
  text: () => string;
}) {
  const { find, hits, hit, lines, isReading, isFollowing, isGrowing, onFind, onStep, onFollow, text } = of;
  return (
    <div className="row-of">
      <StreamChoice stream={of.stream} onStream={of.onStream} />
      <input
        className="field"
        type="search"
        aria-label="Search in the output"
        placeholder="Search"
        value={find}
        onChange={(event) => onFind(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") onStep(event.shiftKey ? -1 : 1);
        }}
      />
      {find === "" ? null : (
        <>
          <span className="soft number" role="status">
            {hits === 0 ? "no line" : `${grouped(Math.min(hit, hits - 1) + 1)} of ${grouped(hits)}`}
          </span>
          <button type="button" className="button small icon-only" title="Line before" onClick={() => onStep(-1)}>
            <ArrowUp size={14} aria-label="Line before" />
          </button>
          <button type="button" className="button small icon-only" title="Next line" onClick={() => onStep(1)}>
            <ArrowDown size={14} aria-label="Next line" />
          </button>
        </>
      )}
      <span className="soft number">
        {counted(lines, "line")}
        {isReading ? ", reading on" : ""}
      </span>
      {isGrowing ? (
        <label className="row-of">
          <input type="checkbox" checked={isFollowing} onChange={(event) => onFollow(event.target.checked)} />
          Follow
        </label>
      ) : null}
      <CopyButton text={text} what="all lines" />
    </div>
  );
}

function StreamChoice({ stream, onStream }: Pick<LinesProps, "stream" | "onStream">) {
  return (
    <label className="row-of">
      <span className="soft">Stream</span>
      <select
        className="field"
        value={stream}
        onChange={(event) => onStream(event.target.value as LinesProps["stream"])}
      >
        <option>stdout</option>
        <option>stderr</option>
      </select>
    </label>
  );
}
