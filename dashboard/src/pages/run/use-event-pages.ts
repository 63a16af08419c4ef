// Events of some types, in order and page by page, as far as somebody reads: of the whole run or of one attempt. While the
// run goes on, so does the list.

import { useInfiniteQuery } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useRef } from "react";
import type { EventBody } from "../../../../src/protocol/http-resources.ts";
import { client } from "../../api/client.ts";
import { useAttemptRange } from "./attempt-range.ts";
import { usePageRun } from "./use-run.ts";

const pageSize = 200;
/** What is new is collected for so long before it is asked for. */
const newMs = 400;

export type EventPages = {
  events: readonly EventBody[];
  /** Everything up to now was read. */
  isWhole: boolean;
  /** Nothing was read yet. */
  isFirstReading: boolean;
  error: unknown;
  retry: () => unknown;
  /** Reads the next page, unless it is being read or there is none. */
  more: () => void;
};

/** @param begin The seq from which on they are read, if not from the first */
export function useEventPages(types: readonly string[], begin = 1): EventPages {
  const { run } = usePageRun();
  const { first, last } = useAttemptRange();
  const from = Math.max(first, begin) - 1;
  const found = useInfiniteQuery({
    queryKey: ["event-pages", run.id, types.join(","), from],
    initialPageParam: from,
    queryFn: ({ pageParam, signal }) =>
      client.call("runEvents", {
        params: { id: run.id },
        query: { after: pageParam, types: [...types], limit: pageSize },
        signal,
      }),
    getNextPageParam: ({ next }) => next,
    // An event never changes: what was read once is right for good, and what is new comes after it.
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { data, error, isFetching, isFetchNextPageError, fetchNextPage, refetch } = found;
  const pages = data?.pages;
  const events = useMemo(
    () => (pages ?? []).flatMap((page) => page.events).filter(({ seq }) => seq <= last),
    [pages, last],
  );
  const isWhole = (pages?.at(-1)?.next ?? from) >= last;
  const isStuck = error !== null;
  const hasCaughtUp = pages?.at(-1)?.hasMore === false;
  const due = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(due.current), []);
  const more = useCallback(() => {
    clearTimeout(due.current);
    if (isWhole || isFetching || isStuck) return;
    if (hasCaughtUp) due.current = setTimeout(() => void fetchNextPage(), newMs);
    else void fetchNextPage();
  }, [isWhole, isFetching, isStuck, hasCaughtUp, fetchNextPage]);
  // One answer looks at a limited number of events: where none of these types is among them, it goes on by itself.
  useEffect(() => {
    if (events.length === 0) more();
  }, [events.length, more]);
  return {
    events,
    isWhole,
    isFirstReading: pages === undefined && error === null,
    error,
    retry: isFetchNextPageError ? fetchNextPage : refetch,
    more,
  };
}
