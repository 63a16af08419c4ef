// Two runs, call by call: the sentence, both verdicts, the calls side by side, and the parts of the score.

import { isTerminal } from "../../../../src/core/moves.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { type ComparedRun, compareRuns } from "../../../../src/views/compare-runs.ts";
import { useApi } from "../../api/use-api.ts";
import { ErrorState, Loading } from "../../design/states.tsx";
import { CallTable } from "./call-table.tsx";
import { RunCard } from "./run-card.tsx";
import { ScoreParts } from "./score-parts.tsx";

export function RunComparison({ a, b }: { a: string; b: string }) {
  const [sideA, sideB] = [useCompared(a), useCompared(b)];
  if (a === b) return <p className="soft">Both are the same run. Choose another one to compare it with.</p>;
  const error = sideA.error ?? sideB.error;
  if (error !== null) return <ErrorState error={error} onRetry={() => Promise.all([sideA.retry(), sideB.retry()])} />;
  if (sideA.data === null || sideB.data === null) return <Loading rows={8} what="Reading both runs" />;
  return <Compared a={sideA.data} b={sideB.data} />;
}

type Side = ComparedRun & { run: RunBody };

function Compared({ a, b }: { a: Side; b: Side }) {
  const comparison = compareRuns(a, b);
  return (
    <>
      <section className="panel" aria-label="Where they part">
        <div className="panel-body stack compare-sentence">
          <p className="compare-said" aria-live="polite" data-same={comparison.isSame}>
            {comparison.sentence}
          </p>
          {comparison.notes.map((note) => (
            <p key={note} className="soft">
              {note}
            </p>
          ))}
        </div>
      </section>
      <div className="compare-cards">
        <RunCard side="A" run={a.run} />
        <RunCard side="B" run={b.run} />
      </div>
      <ScoreParts a={a.run} b={b.run} />
      <CallTable rows={comparison.rows} />
    </>
  );
}

/** A run and what it did, read again while it is under way. */
function useCompared(id: string) {
  const params = { params: { id } };
  const run = useApi("getRun", params, { isLive: true });
  const isOver = run.data !== undefined && isTerminal(run.data.status);
  const steps = useApi("runSteps", params, { isLive: !isOver });
  const has = run.data !== undefined && steps.data !== undefined;
  return {
    data: has ? ({ run: run.data, ...steps.data } satisfies Side) : null,
    // What is shown already stays, and the shell says that the server is silent; but a run that is gone is not shown on.
    error: has && run.error?.code !== "run.deleted" ? null : (run.error ?? steps.error),
    retry: () => Promise.all([run.refetch(), steps.refetch()]),
  };
}
