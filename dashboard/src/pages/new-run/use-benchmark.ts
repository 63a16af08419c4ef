// The benchmark of the catalog that has just this id: what is typed on the way to it names none, which is no error.

import type { ListedBenchmark } from "../../../../src/protocol/http-catalog-routes.ts";
import { useApi } from "../../api/use-api.ts";
import type { Draft } from "./run-draft.ts";

export type FoundBenchmark = { benchmark: ListedBenchmark | null; isLooking: boolean };

/** `benchmark` null: the catalog has none of this id, or nobody knows yet. */
export function useBenchmark({ from, benchmark: typed }: Pick<Draft, "from" | "benchmark">): FoundBenchmark {
  const id = typed.trim();
  const isWanted = from === "catalog" && id !== "";
  // Ids are in order, and a text sorts before all that begin with it.
  const { data, isPending } = useApi("listBenchmarks", { query: { prefix: id || "-", pageSize: 1 } }, { isWanted });
  const [first] = data?.benchmarks ?? [];
  return { benchmark: isWanted && first?.id === id ? first : null, isLooking: isWanted && isPending };
}
