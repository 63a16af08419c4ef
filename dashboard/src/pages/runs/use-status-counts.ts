// How many runs each status would show: of those that the other filters find, as the server counts them.

import { useMemo } from "react";
import { useApi } from "../../api/use-api.ts";
import { queryOf } from "./runs-filter.ts";
import type { RunsSearch } from "./runs-search.ts";
import type { StatusCounts } from "./status-filter.tsx";

/** Null until the server told them. A choice of statuses does not count: each number says what its switch would show. */
export function useStatusCounts(search: RunsSearch): StatusCounts | null {
  const { status: _status, passed, order: _order, ...others } = search;
  const query = { ...queryOf(others), counts: "true" as const, pageSize: 1 };
  // What is counted of one filter is no count of another: while the new ones are read, none is shown.
  const { data } = useApi("listRuns", { query }, { isLive: true });
  const { counts, countsAreWhole = true } = data ?? {};
  return useMemo(() => {
    if (counts === undefined) return null;
    const runs: StatusCounts["runs"] = {};
    for (const one of counts) {
      if (passed !== undefined && String(one.passed) !== passed) continue;
      runs[one.status] = (runs[one.status] ?? 0) + one.runs;
    }
    return { runs, isWhole: countsAreWhole };
  }, [counts, countsAreWhole, passed]);
}
