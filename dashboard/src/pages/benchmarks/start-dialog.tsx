// Starts runs of one benchmark or of many, with the agents that are chosen here.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { systemLimits } from "../../../../src/core/system-limits.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { useCall } from "../../api/use-api.ts";
import { AgentChoice } from "../../design/agent-choice.tsx";
import { Dialog } from "../../design/dialog.tsx";
import { ErrorLine } from "../../design/states.tsx";

const trialsMax = 10_000;

export function StartDialog({ benchmarks, onClose }: { benchmarks: readonly string[]; onClose: () => void }) {
  const navigate = useNavigate();
  const [agents, setAgents] = useState<readonly string[]>(["deterministic"]);
  const [trials, setTrials] = useState(1);
  const [name, setName] = useState("");
  const run = useCall("createRun", ({ id }) => void navigate({ to: "/runs/$runId", params: { runId: id } }));
  const experiment = useCall(
    "createExperiment",
    ({ id }) => void navigate({ to: "/experiments/$experimentId", params: { experimentId: id } }),
  );
  const runs = benchmarks.length * agents.length * trials;
  const isOne = runs === 1;
  const call = isOne ? run : experiment;
  const isTooMany = runs > systemLimits.experimentCellsMax;
  const start = (): void => {
    const [benchmark = ""] = benchmarks;
    const [agent = ""] = agents;
    const named = name.trim() === "" ? {} : { name: name.trim() };
    if (isOne) run.mutate({ body: { benchmark, agent, ...named } });
    else experiment.mutate({ body: { benchmarks: [...benchmarks], agents: [...agents], trials, ...named } });
  };
  const what = benchmarks.length === 1 ? (benchmarks[0] ?? "") : counted(benchmarks.length, "benchmark");
  return (
    <Dialog title={`Run ${what}`} onClose={onClose}>
      <form
        className="stack start-form"
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <AgentChoice chosen={agents} onChoose={setAgents} />
        <Fields {...{ trials, name, onTrials: setTrials, onName: setName }} />
        <p aria-live="polite">
          {counted(benchmarks.length, "benchmark")} × {counted(agents.length, "agent")} × {counted(trials, "trial")} ={" "}
          <strong>{counted(runs, "run")}</strong>
          {isTooMany ? `; an experiment has at most ${grouped(systemLimits.experimentCellsMax)}` : ""}
        </p>
        {call.error === null ? null : <ErrorLine error={call.error} />}
        <div className="dialog-foot">
          <button type="button" className="button" onClick={onClose}>
            Leave it
          </button>
          <button
            type="submit"
            className="button primary"
            disabled={runs === 0 || isTooMany || call.isPending || benchmarks.length > 1_000}
          >
            {call.isPending ? "Starting…" : `Start ${counted(runs, "run")}`}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type FieldsProps = { trials: number; name: string; onTrials: (trials: number) => void; onName: (name: string) => void };

function Fields({ trials, name, onTrials, onName }: FieldsProps) {
  return (
    <div className="start-fields">
      <label className="labelled">
        <span>Trials of each</span>
        <input
          className="field number"
          type="number"
          min={1}
          max={trialsMax}
          value={trials}
          onChange={({ target }) => onTrials(Math.min(trialsMax, Math.max(1, Math.floor(target.valueAsNumber || 1))))}
        />
      </label>
      <label className="labelled">
        <span>Name (optional)</span>
        <input className="field" value={name} maxLength={200} onChange={({ target }) => onName(target.value)} />
      </label>
    </div>
  );
}
