// The list of runs: newest first, live, filtered by the address, with verbs for several at once.

import { useSearch } from "@tanstack/react-router";
import { ListX, Rows3 } from "lucide-react";
import { useMemo, useState } from "react";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { counted } from "../../../../src/views/number-words.ts";
import { EmptyState, ErrorLine, ErrorState, Loading } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";
import { BatchDialog } from "./batch-dialog.tsx";
import { type BatchVerb, batchMax, batchVerbs } from "./batch-verb.ts";
import { RunsFilters } from "./runs-filters.tsx";
import type { RunsSearch } from "./runs-search.ts";
import { RunsTable } from "./runs-table.tsx";
import type { Selection } from "./selection.ts";
import { StatusFilter } from "./status-filter.tsx";
import { useRunList } from "./use-run-list.ts";
import { useStatusCounts } from "./use-status-counts.ts";
import "./runs.css";

export function RunsPage() {
  const search = useSearch({ from: "/" });
  const { list, view } = useRunList(search);
  const counts = useStatusCounts(search);
  const [chosen, setChosen] = useState<ReadonlyMap<string, RunBody>>(new Map());
  const selection = useMemo(
    (): Selection => ({ has: (id) => chosen.has(id), toggle: (run) => setChosen((last) => toggled(last, run)) }),
    [chosen],
  );
  const hasFailed = view.error !== null && view.count === 0;
  return (
    <Page title="Runs" fills>
      <StatusFilter search={search} counts={counts} />
      <RunsFilters search={search} />
      {chosen.size === 0 ? null : <SelectionBar chosen={chosen} onClear={() => setChosen(new Map())} />}
      {hasFailed ? <ErrorState error={view.error} onRetry={() => list.retry()} /> : null}
      {view.error !== null && view.count > 0 ? (
        <div className="row-of">
          <ErrorLine error={view.error} />
          <button type="button" className="button small" onClick={() => list.retry()}>
            Try again
          </button>
        </div>
      ) : null}
      {view.isFirstReading ? <Loading rows={14} what="Reading runs" /> : null}
      {!hasFailed && !view.isFirstReading && view.count === 0 && !view.hasMore ? <NoRuns search={search} /> : null}
      {view.count === 0 && !view.hasMore ? null : <RunsTable list={list} view={view} selection={selection} />}
    </Page>
  );
}

function toggled(chosen: ReadonlyMap<string, RunBody>, run: RunBody): ReadonlyMap<string, RunBody> {
  const next = new Map(chosen);
  if (!next.delete(run.id) && next.size < batchMax) next.set(run.id, run);
  return next;
}

function NoRuns({ search }: { search: RunsSearch }) {
  if (Object.keys(search).length > 0) {
    return (
      <EmptyState Icon={ListX} title="No run fits these filters">
        <p>Filters compare whole names. Clear them to see all runs.</p>
      </EmptyState>
    );
  }
  return (
    <EmptyState Icon={Rows3} title="No runs yet">
      <p>Start one here with New run, or from a terminal:</p>
      <code>npx runledger run benchmarks/001-sol-transfer.yml</code>
    </EmptyState>
  );
}

const verbWords: Record<BatchVerb, string> = { cancel: "Cancel", retry: "Retry", delete: "Delete" };

function SelectionBar({ chosen, onClear }: { chosen: ReadonlyMap<string, RunBody>; onClear: () => void }) {
  const [verb, setVerb] = useState<BatchVerb | null>(null);
  return (
    <div className="selection-bar">
      <span aria-live="polite">
        {counted(chosen.size, "run")} selected{chosen.size === batchMax ? ", which is the most at once" : ""}
      </span>
      {batchVerbs.map((name) => (
        <button key={name} type="button" className="button small" onClick={() => setVerb(name)}>
          {verbWords[name]}
        </button>
      ))}
      <button type="button" className="button quiet small" onClick={onClear}>
        Select none
      </button>
      {verb === null ? null : (
        <BatchDialog
          verb={verb}
          runs={[...chosen.values()]}
          onClose={(isDone) => {
            setVerb(null);
            if (isDone) onClear();
          }}
        />
      )}
    </div>
  );
}
