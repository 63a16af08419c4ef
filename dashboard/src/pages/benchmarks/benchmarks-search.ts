// What stands behind the "?" of the benchmarks' page.

import { textOf } from "../../search-fields.ts";

export type BenchmarksSearch = {
  /** Beginning of the ids that are shown. */
  prefix?: string;
};

export function benchmarksSearch(search: Record<string, unknown>): BenchmarksSearch {
  return textOf(search, "prefix");
}
