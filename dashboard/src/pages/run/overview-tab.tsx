// The first look at a run: how it stands and why, its score with every part, what it used of its limits, its life.

import { isTerminal } from "../../../../src/core/moves.ts";
import { AttemptsPanel } from "./attempts-panel.tsx";
import { EndingPanel } from "./ending-panel.tsx";
import { LifePanel } from "./life-panel.tsx";
import { OutcomePanel } from "./outcome-panel.tsx";
import { ScorePanel } from "./score-panel.tsx";
import { UsagePanel } from "./usage-panel.tsx";
import { usePageRun } from "./use-run.ts";
import { WorkingPanel } from "./working-panel.tsx";

export function OverviewTab() {
  const { run } = usePageRun();
  return (
    <div className="tab-body overview">
      <div className="stack">
        {/* What stands here changes as the run goes on; what stands below it stays where it is. */}
        <div className="stack overview-now">
          {isTerminal(run.status) ? null : <WorkingPanel />}
          <EndingPanel />
          {run.scoring === null ? null : <ScorePanel scoring={run.scoring} score={run.score} minScore={run.minScore} />}
          {run.status === "completed" && run.scoring === null ? <OutcomePanel /> : null}
        </div>
        <LifePanel />
      </div>
      <div className="stack">
        <UsagePanel />
        <AttemptsPanel />
      </div>
    </div>
  );
}
