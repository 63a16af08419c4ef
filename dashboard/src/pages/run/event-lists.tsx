// Lists of events: all of a run by their seq, of which only those in sight are here, and those of some types, which come
// page by page.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import { client } from "../../api/client.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { localTime } from "../../design/time.tsx";
import { EventCache } from "./event-cache.ts";
import { usePageRun } from "./use-run.ts";

type ListProps = { chosen: number | null; onChoose: (seq: number) => void };

const rowHeight = 28;

export function AllEvents({ chosen, onChoose }: ListProps) {
  const { run } = usePageRun();
  const cache = useMemo(() => new EventCache(run.id), [run.id]);
  useSyncExternalStore(cache.subscribe, cache.version);
  const first = useRef(true);
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: run.seq,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
    initialOffset: chosen === null ? 0 : Math.max(0, (chosen - 6) * rowHeight),
  });
  const items = rows.getVirtualItems();
  const [from, to] = [(items[0]?.index ?? 0) + 1, (items.at(-1)?.index ?? 0) + 1];
  useEffect(() => cache.want(from, Math.min(to, run.seq)), [cache, from, to, run.seq]);
  useEffect(() => {
    if (chosen !== null && !first.current) rows.scrollToIndex(chosen - 1, { align: "auto" });
    first.current = false;
  }, [rows, chosen]);
  if (cache.error !== null) return <ErrorState error={cache.error} onRetry={() => cache.retry()} />;
  return (
    <section
      className="event-list"
      ref={scroller}
      aria-label="Events"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls has to be reached by the keyboard
      tabIndex={0}
      onKeyDown={(event) => walk(event, chosen ?? 0, run.seq, onChoose)}
    >
      <div style={{ height: rows.getTotalSize(), position: "relative" }}>
        {items.map(({ index, start }) => (
          <EventRow
            key={index}
            seq={index + 1}
            event={cache.at(index + 1)}
            start={start}
            isChosen={chosen === index + 1}
            onChoose={onChoose}
          />
        ))}
      </div>
    </section>
  );
}

/** Arrow keys choose the event above or below. */
function walk(event: KeyboardEvent, chosen: number, last: number, onChoose: (seq: number) => void): void {
  const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
  if (step === undefined) return;
  event.preventDefault();
  onChoose(Math.min(last, Math.max(1, chosen + step)));
}

const typedPage = 200;

export function EventsOfTypes({ types, chosen, onChoose }: ListProps & { types: string }) {
  const { run } = usePageRun();
  // Where a list of some types begins: at the event that the address names, if it names one.
  const begin = useRef(chosen === null ? 0 : Math.max(0, chosen - 1));
  const found = useInfiniteQuery({
    queryKey: ["events", run.id, types, begin.current],
    initialPageParam: begin.current,
    queryFn: ({ pageParam, signal }) =>
      client.call("runEvents", {
        params: { id: run.id },
        query: { after: pageParam, types: types.split(","), limit: typedPage },
        signal,
      }),
    getNextPageParam: (page) => (page.hasMore ? page.next : null),
  });
  const events = useMemo(() => (found.data?.pages ?? []).flatMap((page) => page.events), [found.data]);
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
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found;
  useEffect(() => {
    if (isNearEnd && hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [isNearEnd, hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (found.error !== null) return <ErrorState error={found.error} onRetry={found.refetch} />;
  if (found.isPending) return <Loading what="Reading events" />;
  if (events.length === 0 && !hasNextPage) return <EmptyState title="No event of this type" />;
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
