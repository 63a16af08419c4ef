// Lists of events: all of a run by their seq, of which only those in sight are here, and those of some types, which come
// page by page.

import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import { client } from "../../api/client.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { localTime } from "../../design/time.tsx";
import { useAttemptRange } from "./attempt-range.ts";
import { EventCache } from "./event-cache.ts";
import { useEventPages } from "./use-event-pages.ts";
import { usePageRun } from "./use-run.ts";

type ListProps = { chosen: number | null; onChoose: (seq: number) => void };

const rowHeight = 28;

export function AllEvents({ chosen, onChoose }: ListProps) {
  const { run } = usePageRun();
  const { first: firstSeq, last: lastSeq } = useAttemptRange();
  const cache = useMemo(() => cacheOf(run.id), [run.id]);
  useSyncExternalStore(cache.subscribe, cache.version);
  const first = useRef(true);
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: lastSeq - firstSeq + 1,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
    initialOffset: chosen === null ? 0 : Math.max(0, (chosen - firstSeq - 5) * rowHeight),
  });
  const items = rows.getVirtualItems();
  const [from, to] = [(items[0]?.index ?? 0) + firstSeq, (items.at(-1)?.index ?? 0) + firstSeq];
  useEffect(() => cache.want(from, Math.min(to, lastSeq)), [cache, from, to, lastSeq]);
  useEffect(() => {
    if (chosen !== null && !first.current) rows.scrollToIndex(chosen - firstSeq, { align: "auto" });
    first.current = false;
  }, [rows, chosen, firstSeq]);
  if (cache.error !== null) return <ErrorState error={cache.error} onRetry={() => cache.retry()} />;
  return (
    <section
      className="event-list"
      ref={scroller}
      aria-label="Events"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by the keyboard
      tabIndex={0}
      onKeyDown={(event) => walk(event, chosen ?? firstSeq - 1, [firstSeq, lastSeq], onChoose)}
    >
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map(({ index, start }) => (
          <EventRow
            key={index}
            seq={firstSeq + index}
            event={cache.at(firstSeq + index)}
            start={start}
            isChosen={chosen === firstSeq + index}
            onChoose={onChoose}
          />
        ))}
      </div>
    </section>
  );
}

function cacheOf(runId: string): EventCache {
  return new EventCache((query) => client.call("runEvents", { params: { id: runId }, query }));
}

/** Arrow keys choose the event above or below. */
function walk(
  event: KeyboardEvent,
  chosen: number,
  [first, last]: readonly [number, number],
  onChoose: (seq: number) => void,
): void {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  onChoose(Math.min(last, Math.max(first, chosen + step)));
}

export function EventsOfTypes({ types, chosen, onChoose }: ListProps & { types: string }) {
  const wanted = useMemo(() => types.split(","), [types]);
  // Where a list of some types begins: at the event that the address names, if it names one.
  const begin = useRef(chosen ?? 1);
  const { events, isWhole, isFirstReading, error, retry, more } = useEventPages(wanted, begin.current);
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  const items = rows.getVirtualItems();
  const isNearEnd = (items.at(-1)?.index ?? -1) >= events.length - 20;
  useEffect(() => {
    if (isNearEnd) more();
  }, [isNearEnd, more]);
  if (error !== null && events.length === 0) return <ErrorState error={error} onRetry={retry} />;
  if (isFirstReading || (events.length === 0 && !isWhole)) return <Loading what="Reading events" />;
  if (events.length === 0) return <EmptyState title="No event of this type" />;
  return (
    <section
      className="event-list"
      ref={scroller}
      aria-label="Events of these types"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by the keyboard
      tabIndex={0}
    >
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map(({ index, start }) => {
          const event = events[index];
          if (event === undefined) return null;
          const { seq } = event;
          return (
            <EventRow key={seq} seq={seq} event={event} start={start} isChosen={chosen === seq} onChoose={onChoose} />
          );
        })}
      </div>
    </section>
  );
}

type EventRowProps = {
  seq: number;
  event: EventBody | null;
  start: number;
  isChosen: boolean;
  onChoose: (seq: number) => void;
};

const EventRow = memo(function EventRow({ seq, event, start, isChosen, onChoose }: EventRowProps) {
  return (
    <button
      type="button"
      tabIndex={-1}
      className={isChosen ? "event-row is-chosen" : "event-row"}
      aria-current={isChosen ? "true" : undefined}
      data-seq={seq}
      style={{ transform: `translateY(${start}px)` }}
      onClick={() => onChoose(seq)}
    >
      <span className="id">{seq}</span>
      {event === null ? (
        <span className="skeleton" />
      ) : (
        <>
          <span className="faint">{localTime(event.at, true).slice(11)}</span>
          <span className="mono one-line">{event.type}</span>
          <span className="soft mono one-line">{previewOf(event)}</span>
        </>
      )}
    </button>
  );
});

const previewMax = 240;
const previews = new WeakMap<EventBody, string>();

/** The beginning of an event's data; made once, since events may be large. */
function previewOf(event: EventBody): string {
  const known = previews.get(event) ?? JSON.stringify(event.data).slice(0, previewMax);
  previews.set(event, known);
  return known;
}
