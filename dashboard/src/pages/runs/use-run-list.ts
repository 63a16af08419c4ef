// The list of runs for these filters, live.

import { useEffect, useMemo, useSyncExternalStore } from "react";
import { listenToChanges } from "../../api/change-feed.ts";
import { client } from "../../api/client.ts";
import { RunList, type RunListView } from "./run-list.ts";
import { fits, queryOf } from "./runs-filter.ts";
import type { RunsSearch } from "./runs-search.ts";

/** Rows of one reading: more than two screens, and small enough to be there at once. */
const pageSize = 100;

/** A new list for each set of filters; it follows what changes from the position of its first reading. */
export function useRunList(search: RunsSearch): { list: RunList; view: RunListView } {
  const key = JSON.stringify(search);
  const list = useMemo(() => newList(JSON.parse(key) as RunsSearch), [key]);
  useEffect(() => follow(list), [list]);
  const view = useSyncExternalStore(list.subscribe, list.view);
  return { list, view };
}

function newList(search: RunsSearch): RunList {
  return new RunList({
    fits: (run) => fits(search, run),
    isNewestFirst: search.order !== "oldest",
    read: (pageToken, signal) =>
      client.call("listRuns", {
        query: { ...queryOf(search), pageSize, ...(pageToken === null ? {} : { pageToken }) },
        signal,
      }),
  });
}

function follow(list: RunList): () => void {
  let stop: (() => void) | null = null;
  let isGone = false;
  const listen = (): void => {
    if (isGone || stop !== null || list.cursor === null) return;
    stop = listenToChanges(
      { onChanges: (changes) => list.apply(changes), onReset: () => void list.reload() },
      list.cursor,
    );
  };
  // A first reading that failed is tried again by somebody; whenever one succeeds, the list is followed from there.
  const unsubscribe = list.subscribe(listen);
  void list.reload();
  return () => {
    isGone = true;
    unsubscribe();
    stop?.();
    list.leave();
  };
}
