// How many runs there are of each status: of all, or of those that the filters name and the ledger counts.

import { useMemo } from "react";
import { useApi } from "../../api/use-api.ts";
import type { RunsSearch } from "./runs-search.ts";
import type { StatusCounts } from "./status-filter.tsx";

/** Null until the server told them. */
export function useStatusCounts({ benchmark, experiment }: RunsSearch): StatusCounts | null {
  const query = {
    counts: "true" as const,
    pageSize: 1,
    ...(benchmark === undefined ? {} : { benchmark }),
    ...(experiment === undefined ? {} : { experiment }),
  };
  const found = useApi("listRuns", { query }, { isLive: true, keepsLast: true });
  const counts = found.data?.counts;
  return useMemo(() => {
    if (counts === undefined) return null;
    const sums: StatusCounts = {};
    for (const { status, runs } of counts) sums[status] = (sums[status] ?? 0) + runs;
    return sums;
  }, [counts]);
}
