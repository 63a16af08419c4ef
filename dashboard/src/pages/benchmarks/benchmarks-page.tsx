// The grid of benchmarks by agents: the newest result of each, its history at a look, and runs of one or all from here.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { Grid3x3, Play } from "lucide-react";
import { useMemo, useState } from "react";
import { counted } from "../../../../src/views/number-words.ts";
import { EmptyState, ErrorState, Loading } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";
import { ResultGrid } from "./result-grid.tsx";
import { StartDialog } from "./start-dialog.tsx";
import { SyncPanel } from "./sync-panel.tsx";
import { useResults } from "./use-results.ts";
import "../../design/figures.css";
import "./benchmarks.css";

export function BenchmarksPage() {
  const { prefix } = useSearch({ from: "/benchmarks" });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [starting, setStarting] = useState<readonly string[] | null>(null);
  return (
    <Page title="Benchmarks">
      <SyncPanel />
      <GridPages
        key={prefix ?? ""}
        prefix={prefix}
        chosen={chosen}
        onToggle={(id) => setChosen((last) => toggled(last, id))}
        onStart={setStarting}
      />
      {starting === null ? null : <StartDialog benchmarks={starting} onClose={() => setStarting(null)} />}
    </Page>
  );
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen);
  if (!next.delete(id)) next.add(id);
  return next;
}

type GridProps = {
  prefix: string | undefined;
  chosen: ReadonlySet<string>;
  onToggle: (id: string) => void;
  onStart: (benchmarks: readonly string[]) => void;
};

function GridPages({ prefix, chosen, onToggle, onStart }: GridProps) {
  const results = useResults(prefix);
  const shown = useMemo(() => results.data?.pages.flatMap(({ benchmarks }) => benchmarks) ?? [], [results.data]);
  if (results.data === undefined) {
    if (results.error === null) return <Loading rows={12} what="Reading benchmarks" />;
    return <ErrorState error={results.error} onRetry={results.refetch} />;
  }
  if (shown.length === 0) return <NoBenchmarks prefix={prefix} />;
  const all = shown.map(({ benchmark }) => benchmark);
  const picked = all.filter((id) => chosen.has(id));
  return (
    <>
      <div className="row-of benchmarks-bar">
        <PrefixFilter prefix={prefix} />
        <span className="soft" aria-live="polite">
          {counted(shown.length, "benchmark")}
          {results.hasNextPage ? " so far" : ""}
        </span>
        <button type="button" className="button primary" onClick={() => onStart(picked.length > 0 ? picked : all)}>
          <Play size={14} aria-hidden />
          {picked.length > 0 ? `Run ${picked.length} chosen` : `Run all ${all.length}`}
        </button>
      </div>
      <ResultGrid results={shown} chosen={chosen} onToggle={onToggle} onStart={(id) => onStart([id])} />
      {results.hasNextPage ? (
        <button
          type="button"
          className="button"
          disabled={results.isFetchingNextPage}
          onClick={() => void results.fetchNextPage()}
        >
          Show more
        </button>
      ) : null}
    </>
  );
}

function PrefixFilter({ prefix }: { prefix: string | undefined }) {
  const navigate = useNavigate();
  return (
    <input
      className="field"
      type="search"
      defaultValue={prefix ?? ""}
      aria-label="Beginning of the id"
      placeholder="beginning of the id"
      onKeyDown={({ key, currentTarget }) => {
        if (key === "Enter") currentTarget.blur();
      }}
      onBlur={({ target }) => {
        const text = target.value.trim();
        if (text === (prefix ?? "")) return;
        void navigate({ to: "/benchmarks", search: text === "" ? {} : { prefix: text } });
      }}
    />
  );
}

function NoBenchmarks({ prefix }: { prefix: string | undefined }) {
  if (prefix !== undefined) {
    return (
      <>
        <div className="row-of">
          <PrefixFilter prefix={prefix} />
        </div>
        <EmptyState Icon={Grid3x3} title="No benchmark begins like this">
          <p>Ids are compared from their first letter.</p>
        </EmptyState>
      </>
    );
  }
  return (
    <EmptyState Icon={Grid3x3} title="The catalog is empty">
      <p>Put benchmark files into the folder that the server reads, and sync. To check one file:</p>
      <code>npx runledger check benchmarks/mine.yml</code>
    </EmptyState>
  );
}
