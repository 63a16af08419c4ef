// All cells of an experiment, read page by page and kept up to date by what changes. An experiment has a limited number of
// them, which a page can hold; what was read so far can be shown while the rest is on its way.

import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { RunledgerError } from "../../../src/core/errors.ts";
import { standingOf } from "../../../src/core/experiment.ts";
import type { ExperimentCell } from "../../../src/protocol/http-page-routes.ts";
import type { RunBody } from "../../../src/protocol/http-resources.ts";
import { listenToChanges } from "./change-feed.ts";
import { client } from "./client.ts";

const pageSize = 500;
/** Changes are collected for this long before the page draws them. */
const collectMs = 250;

export type Cells = { cells: ExperimentCell[]; isWhole: boolean };

export function useCells(experimentId: string) {
  const queries = useQueryClient();
  const queryKey = ["cells", experimentId] as const;
  const found = useQuery<Cells, RunledgerError>({
    queryKey,
    queryFn: ({ signal }) => readCells(queries, experimentId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useEffect(() => {
    const key = ["cells", experimentId] as const;
    const changed = new Map<string, RunBody>();
    const gone = new Set<string>();
    let due: ReturnType<typeof setTimeout> | undefined;
    const drawSoon = (): void => {
      due ??= setTimeout(draw, collectMs);
    };
    const draw = (): void => {
      due = undefined;
      // While the cells are being read, what changes stays for afterwards.
      if (queries.isFetching({ queryKey: key }) > 0) {
        drawSoon();
        return;
      }
      queries.setQueryData<Cells>(key, (last) => last && { ...last, cells: patched(last.cells, changed, gone) });
      changed.clear();
      gone.clear();
    };
    const stop = listenToChanges({
      onChanges({ runs, deleted }) {
        for (const run of runs) if (run.experimentId === experimentId) changed.set(run.id, run);
        for (const id of deleted) gone.add(id);
        if (changed.size + gone.size > 0) drawSoon();
      },
      onReset: () => void queries.invalidateQueries({ queryKey: key }),
    });
    return () => {
      clearTimeout(due);
      stop();
    };
  }, [queries, experimentId]);
  return found;
}

async function readCells(queries: QueryClient, id: string, signal: AbortSignal): Promise<Cells> {
  const cells: ExperimentCell[] = [];
  const before = queries.getQueryData<Cells>(["cells", id]);
  let pageToken: string | null = null;
  do {
    const query: { pageSize: number; pageToken?: string } = pageToken === null ? { pageSize } : { pageSize, pageToken };
    const page = await client.call("experimentCells", { params: { id }, query, signal });
    cells.push(...page.cells);
    pageToken = page.nextPageToken;
    // A first reading shows what it has; one that was there already stays until the new one is whole.
    if (pageToken !== null && !before?.isWhole) {
      queries.setQueryData<Cells>(["cells", id], { cells: [...cells], isWhole: false });
    }
  } while (pageToken !== null);
  return { cells, isWhole: true };
}

function patched(
  cells: readonly ExperimentCell[],
  changed: ReadonlyMap<string, RunBody>,
  gone: ReadonlySet<string>,
): ExperimentCell[] {
  return cells
    .filter(({ runId }) => !gone.has(runId))
    .map((cell) => {
      const run = changed.get(cell.runId);
      if (run === undefined) return cell;
      return { ...cell, status: run.status, passed: run.passed, score: run.score, ...standingOf(run) };
    });
}
