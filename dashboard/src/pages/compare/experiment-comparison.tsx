// Two experiments, cell by cell: which verdicts flipped, and whether chance alone would do as much.

import { Link } from "@tanstack/react-router";
import { ArrowDown, ArrowUp, Check, CircleHelp, type LucideIcon, Minus } from "lucide-react";
import { useState } from "react";
import type { ExperimentBody } from "../../../../src/protocol/http-resources.ts";
import { type CellPair, compareExperiments, type Flip } from "../../../../src/views/compare-experiments.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { useCells } from "../../api/use-cells.ts";
import { DataTable } from "../../design/data-table.tsx";
import { Rate } from "../../design/rate.tsx";
import { ErrorState, Loading } from "../../design/states.tsx";
import { useGrowing } from "../../design/use-growing.ts";
import "../../design/figures.css";

const looks: Record<Flip, { Icon: LucideIcon; mood: string; words: string }> = {
  gained: { Icon: ArrowUp, mood: "good", words: "gained" },
  lost: { Icon: ArrowDown, mood: "bad", words: "lost" },
  "both-pass": { Icon: Check, mood: "quiet", words: "both pass" },
  "both-below": { Icon: Minus, mood: "quiet", words: "both below" },
  open: { Icon: CircleHelp, mood: "warn", words: "no verdict" },
};
const flips = Object.keys(looks) as Flip[];
/** Pairs that are drawn, and how many more each time the end comes into sight. */
const pairsAtOnce = 300;

export function ExperimentComparison({ a, b }: { a: string; b: string }) {
  const [bodyA, bodyB] = [useExperiment(a), useExperiment(b)];
  const [cellsA, cellsB] = [useCells(a), useCells(b)];
  if (a === b) return <p className="soft">Both are the same experiment. Choose another one to compare it with.</p>;
  const reads = [bodyA, bodyB, cellsA, cellsB];
  const failed = reads.find(({ data, error }) => data === undefined && error !== null);
  if (failed !== undefined)
    return <ErrorState error={failed.error} onRetry={() => Promise.all(reads.map(({ refetch }) => refetch()))} />;
  if (!bodyA.data || !bodyB.data || !cellsA.data || !cellsB.data) return <Loading rows={8} what="Reading both" />;
  const cells = [cellsA.data, cellsB.data];
  if (!cells.every(({ isWhole }) => isWhole)) {
    return <ReadingOn read={cells.map((one) => one.cells.length)} planned={[bodyA.data, bodyB.data]} />;
  }
  const comparison = compareExperiments(cellsA.data.cells, cellsB.data.cells);
  return (
    <>
      <section className="panel" aria-label="What flipped">
        <div className="panel-body stack compare-sentence">
          <p className="compare-said" aria-live="polite">
            {comparison.sentence}
          </p>
          <Notes {...comparison} />
        </div>
      </section>
      <div className="compare-cards">
        <Card side="A" experiment={bodyA.data} />
        <Card side="B" experiment={bodyB.data} />
      </div>
      <Pairs pairs={comparison.pairs} counts={comparison.counts} />
    </>
  );
}

function useExperiment(id: string) {
  return useApi("getExperiment", { params: { id } }, { isLive: true });
}

/** What flipped can be said when all cells are here, and not before. */
function ReadingOn({ read, planned }: { read: readonly number[]; planned: readonly ExperimentBody[] }) {
  const all = planned.reduce((sum, experiment) => sum + experiment.planned, 0);
  return (
    <p className="soft" role="status">
      Reading both: {grouped(read.reduce((sum, cells) => sum + cells, 0))} of {counted(all, "cell")} so far.
    </p>
  );
}

function Notes(of: ReturnType<typeof compareExperiments>) {
  const { chance, counts, onlyA, onlyB, pairedBy } = of;
  const flipped = counts.gained + counts.lost;
  return (
    <>
      {chance === null ? null : (
        <p className="soft">
          If both were equally good, {counted(flipped, "flip")} would be split at least so unevenly in{" "}
          {chance < 0.001 ? "under 0.1" : (chance * 100).toFixed(1)} % of cases (exact sign test, p ={" "}
          {chance < 0.001 ? "< 0.001" : chance.toFixed(3)}).
        </p>
      )}
      {onlyA + onlyB === 0 ? null : (
        <p className="soft">
          Without a counterpart: {counted(onlyA, "cell")} of A, {counted(onlyB, "cell")} of B.
        </p>
      )}
      {pairedBy === "agent" ? null : <p className="soft">Each has one agent; these are held against each other.</p>}
    </>
  );
}

function Card({ side, experiment }: { side: "A" | "B"; experiment: ExperimentBody }) {
  const { id, name, agents, passed, planned, interval, mean, scored } = experiment;
  return (
    <section className="panel" aria-label={`Experiment ${side}`}>
      <header>
        <h2>
          <span className="compare-side">{side}</span>{" "}
          <Link to="/experiments/$experimentId" params={{ experimentId: id }}>
            {name ?? id.slice(-8)}
          </Link>
        </h2>
      </header>
      <dl className="facts panel-body">
        <dt>{agents.length === 1 ? "Agent" : "Agents"}</dt>
        <dd>{agents.map((agent) => agent.name).join(", ")}</dd>
        <dt>Pass rate</dt>
        <dd>
          <Rate hits={passed} n={planned} interval={interval} of="planned" />
        </dd>
        <dt>Mean score</dt>
        <dd>{mean === null ? "nothing scored yet" : `${mean.toFixed(3)} of ${grouped(scored)} scored`}</dd>
      </dl>
    </section>
  );
}

function Pairs({ pairs, counts }: { pairs: readonly CellPair[]; counts: Record<Flip, number> }) {
  const [wanted, setWanted] = useState<Flip | null>(null);
  const fitting = pairs.filter(({ flip }) => wanted === null || flip === wanted);
  // What flipped is what one came for.
  const shown = fitting.toSorted((one, other) => flips.indexOf(one.flip) - flips.indexOf(other.flip));
  const { shown: drawn, atEnd } = useGrowing(shown.length, pairsAtOnce);
  if (pairs.length === 0) return null;
  return (
    <section aria-label="Cell by cell" className="stack">
      <fieldset className="bare row-of">
        <legend className="visually-hidden">Show only</legend>
        {flips.map((flip) => (
          <button
            key={flip}
            type="button"
            className="button small"
            aria-pressed={wanted === flip}
            onClick={() => setWanted(wanted === flip ? null : flip)}
          >
            <FlipMark flip={flip} /> {grouped(counts[flip])}
          </button>
        ))}
      </fieldset>
      <DataTable
        caption="Cells of both experiments"
        rows={shown.slice(0, drawn)}
        rowId={({ a, b }) => `${a.runId} ${b.runId}`}
        columns={[
          { id: "flip", header: "Flip", cell: ({ flip }) => <FlipMark flip={flip} /> },
          { id: "subject", header: "Subject", cell: ({ a }) => a.subject, sortBy: ({ a }) => a.subject },
          { id: "agent", header: "Agent", cell: ({ a, b }) => agentWords(a.agent, b.agent) },
          { id: "trial", header: "Trial", cell: ({ a }) => a.trial, sortBy: ({ a }) => a.trial, isNumber: true },
          { id: "a", header: "Score A", cell: ({ a }) => <Score cell={a} />, isNumber: true },
          { id: "b", header: "Score B", cell: ({ b }) => <Score cell={b} />, isNumber: true },
          {
            id: "why",
            header: "Calls",
            cell: ({ a, b }) => (
              <Link to="/compare" search={{ a: a.runId, b: b.runId }}>
                side by side
              </Link>
            ),
          },
        ]}
      />
      {drawn === shown.length ? null : (
        <p key={drawn} ref={atEnd} className="soft">
          {grouped(drawn)} of {counted(shown.length, "pair")}; more come as you scroll.
        </p>
      )}
    </section>
  );
}

function agentWords(a: string | null, b: string | null): string {
  return a === b ? (a ?? "none") : `${a ?? "none"} → ${b ?? "none"}`;
}

function FlipMark({ flip }: { flip: Flip }) {
  const { Icon, mood, words } = looks[flip];
  return (
    <span className={`mark ${mood}`} data-flip={flip}>
      <Icon aria-hidden />
      {words}
    </span>
  );
}

function Score({ cell }: { cell: CellPair["a"] }) {
  return (
    <Link to="/runs/$runId" params={{ runId: cell.runId }} className="id">
      {cell.score === null ? cell.status.replace("_", " ") : cell.score.toFixed(3)}
    </Link>
  );
}
