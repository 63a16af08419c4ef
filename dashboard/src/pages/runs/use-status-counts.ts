// How many runs there are of each status.

import type { StatusCounts } from "./status-filter.tsx";

/** Null until the server tells them. */
export function useStatusCounts(): StatusCounts | null {
  return null;
}
