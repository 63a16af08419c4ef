// The grid itself: a row a benchmark, a column an agent, in each cell the newest result and marks of those before it.

import { Link } from "@tanstack/react-router";
import { FilePen, Play } from "lucide-react";
import { memo, useEffect, useState } from "react";
import type { BenchmarkResult } from "../../../../src/protocol/http-page-routes.ts";
import { HistoryCard } from "./history-card.tsx";
import { lookOf, resultWords, signs } from "./result-look.ts";
import type { ShownResults } from "./use-results.ts";

type Shown = { anchor: DOMRect; agent: string; results: readonly BenchmarkResult[]; digest: string };

export function ResultGrid(of: {
  results: readonly ShownResults[];
  chosen: ReadonlySet<string>;
  onToggle: (id: string) => void;
  onStart: (id: string) => void;
}) {
  const { results, chosen, onToggle, onStart } = of;
  const [shown, setShown] = useState<Shown | null>(null);
  const agents = [...new Set(results.flatMap((one) => one.agents.map(({ agent }) => agent)))].sort();
  useEffect(() => {
    if (shown === null) return;
    const onKey = ({ key }: KeyboardEvent): void => {
      if (key === "Escape") setShown(null);
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, [shown]);
  return (
    <div className="records result-grid" onScroll={() => setShown(null)}>
      <table>
        <caption className="visually-hidden">Newest results by benchmark and agent</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">Choose</span>
            </th>
            <th scope="col">Benchmark</th>
            {agents.map((agent) => (
              <th key={agent} scope="col">
                {agent}
              </th>
            ))}
            {agents.length === 0 ? <th scope="col">Results</th> : null}
            <th scope="col">
              <span className="visually-hidden">Run</span>
            </th>
          </tr>
        </thead>
        <tbody onMouseLeave={() => setShown(null)}>
          {results.map((one) => (
            <Row
              key={one.benchmark}
              of={one}
              agents={agents}
              isChosen={chosen.has(one.benchmark)}
              {...{ onToggle, onStart, onShow: setShown }}
            />
          ))}
        </tbody>
      </table>
      {shown === null ? null : <HistoryCard {...shown} />}
    </div>
  );
}

type RowProps = {
  of: ShownResults;
  agents: readonly string[];
  isChosen: boolean;
  onToggle: (id: string) => void;
  onStart: (id: string) => void;
  onShow: (shown: Shown | null) => void;
};

function Row({ of, agents, isChosen, onToggle, onStart, onShow }: RowProps) {
  const { benchmark, digest, agents: results, isChangedSince } = of;
  const byAgent = new Map(results.map(({ agent, results: own }) => [agent, own]));
  return (
    <tr className={isChosen ? "is-chosen" : undefined}>
      <td>
        <input
          type="checkbox"
          checked={isChosen}
          aria-label={`Choose ${benchmark}`}
          onChange={() => onToggle(benchmark)}
        />
      </td>
      <th scope="row">
        <Link to="/benchmarks/$benchmarkId" params={{ benchmarkId: benchmark }}>
          {benchmark}
        </Link>
        {isChangedSince ? (
          <span className="mark warn" title="Its file is not as the catalog read it; Sync reads it anew">
            <FilePen aria-hidden />
            file changed
          </span>
        ) : null}
      </th>
      {agents.map((agent) => (
        <td key={agent}>
          <Cell results={byAgent.get(agent) ?? []} {...{ agent, digest, onShow }} />
        </td>
      ))}
      {agents.length === 0 ? <td className="faint">no run yet</td> : null}
      <td className="result-run">
        <button
          type="button"
          className="button quiet small icon-only"
          title={`Run ${benchmark}`}
          onClick={() => onStart(benchmark)}
        >
          <Play size={13} aria-hidden />
          <span className="visually-hidden">Run {benchmark}</span>
        </button>
      </td>
    </tr>
  );
}

type CellProps = Omit<Shown, "anchor"> & { onShow: (shown: Shown | null) => void };

const Cell = memo(function Cell({ agent, results, digest, onShow }: CellProps) {
  const [newest, ...earlier] = results;
  if (newest === undefined) return <span className="faint">–</span>;
  const look = lookOf(newest);
  const isOfOtherContent = newest.subjectDigest !== digest;
  const show = ({ currentTarget }: { currentTarget: Element }): void =>
    onShow({ anchor: currentTarget.getBoundingClientRect(), agent, results, digest });
  const words = `${agent}: ${resultWords(newest)}${isOfOtherContent ? ", of an earlier content" : ""}; ${results.length} newest results`;
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: newest.runId }}
      preload={false}
      className="result"
      onMouseEnter={show}
      onFocus={show}
      onBlur={() => onShow(null)}
    >
      <span className="visually-hidden">{words}</span>
      <span className={`result-mark ${look}`} data-look={look} aria-hidden>
        {signs[look]}
        <span className="number">{newest.score === null ? "" : newest.score.toFixed(2)}</span>
      </span>
      <span className="result-history" aria-hidden>
        {earlier.map((one) => (
          <span key={one.runId} className={`result-tick ${lookOf(one)}`} />
        ))}
      </span>
      {isOfOtherContent ? (
        <span className="result-stale" title="of an earlier content of the file" aria-hidden>
          Δ
        </span>
      ) : null}
    </Link>
  );
});
