// Starts a run: what, by which agent, with which parameters and limits. Checked here by the schemas that the server
// checks with, and shown as the command line that does the same.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { Play } from "lucide-react";
import { useState } from "react";
import { counted } from "../../../../src/views/number-words.ts";
import { useCall } from "../../api/use-api.ts";
import { AgentChoice } from "../../design/agent-choice.tsx";
import { CopyButton } from "../../design/copy-button.tsx";
import { ErrorLine } from "../../design/states.tsx";
import { Page } from "../../shell/page.tsx";
import { FaultLine } from "./fault-line.tsx";
import { LimitFields } from "./limit-fields.tsx";
import { ParameterFields } from "./parameter-fields.tsx";
import { type Checked, checkDraft, commandLine, type Draft, emptyDraft, type Fault } from "./run-draft.ts";
import { SubjectFields } from "./subject-fields.tsx";
import { useBenchmark } from "./use-benchmark.ts";
import "../../design/figures.css";
import "./new-run.css";

export function NewRunPage() {
  const search = useSearch({ from: "/new" });
  const [draft, setDraft] = useState<Draft>(() => ({
    ...emptyDraft,
    ...(search.benchmark === undefined ? {} : { benchmark: search.benchmark }),
    ...(search.agent === undefined ? {} : { agents: [search.agent] }),
  }));
  const [isAsked, setAsked] = useState(false);
  const change = (part: Partial<Draft>): void => setDraft((last) => ({ ...last, ...part }));
  const checked = checkDraft(draft);
  const start = useStart();
  const faultOf = (field: string): string | null =>
    isAsked || field.startsWith("limits") || field === "labels" ? messageAt(checked.faults, field) : null;
  const props = { draft, onChange: change, faultOf };
  return (
    <Page title="New run">
      <form
        className="new-run"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          start.begin(checked);
        }}
      >
        <div className="stack">
          <SubjectFields {...props} />
          <section className="panel" aria-label="Agent">
            <header>
              <h2>Who</h2>
            </header>
            <div className="panel-body">
              <AgentChoice chosen={draft.agents} onChoose={(agents) => change({ agents })} />
              <FaultLine message={faultOf("agent")} />
            </div>
          </section>
          <ParameterFields {...props} />
          <LimitFields {...props} />
        </div>
        <Summary draft={draft} checked={checked} isAsked={isAsked} start={start} />
      </form>
    </Page>
  );
}

function messageAt(faults: readonly Fault[], field: string): string | null {
  return faults.find((fault) => fault.field === field || fault.field.startsWith(`${field}.`))?.message ?? null;
}

/** Two requests with one key are one: a second click starts nothing. */
function useStart() {
  const navigate = useNavigate();
  const [key, setKey] = useState<string>(() => crypto.randomUUID());
  const run = useCall("createRun", ({ id }) => void navigate({ to: "/runs/$runId", params: { runId: id } }));
  const experiment = useCall(
    "createExperiment",
    ({ id }) => void navigate({ to: "/experiments/$experimentId", params: { experimentId: id } }),
  );
  return {
    isPending: run.isPending || experiment.isPending,
    error: run.error ?? experiment.error,
    begin({ request }: Checked): void {
      if (request === null) return;
      const onError = (): void => setKey(crypto.randomUUID());
      run.reset();
      experiment.reset();
      if (request.kind === "run") run.mutate({ body: request.body, idempotencyKey: key }, { onError });
      else experiment.mutate({ body: request.body, idempotencyKey: key }, { onError });
    },
  };
}

type SummaryProps = { draft: Draft; checked: Checked; isAsked: boolean; start: ReturnType<typeof useStart> };

function Summary({ draft, checked, isAsked, start }: SummaryProps) {
  const { request, faults } = checked;
  const runs = request === null ? 0 : request.kind === "run" ? 1 : draft.agents.length * (request.body.trials ?? 1);
  const words = runs > 1 ? `Start ${counted(runs, "run")} as an experiment` : "Start the run";
  return (
    <aside className="panel new-run-summary" aria-label="Start">
      <header>
        <h2>Start</h2>
      </header>
      <div className="panel-body stack">
        <button type="submit" className="button primary" disabled={start.isPending}>
          <Play size={14} aria-hidden />
          {start.isPending ? "Starting…" : words}
        </button>
        {isAsked && faults.length > 0 ? <Faults faults={faults} /> : null}
        {start.error === null ? null : <ErrorLine error={start.error} />}
        <InTerminal draft={draft} checked={checked} />
        <p className="soft">It is queued, and the first worker that can takes it; its keys are those of that worker.</p>
      </div>
    </aside>
  );
}

function Faults({ faults }: { faults: readonly Fault[] }) {
  const told = faults.map(({ field, message }) => `${field === "" ? "the request" : field} (${message})`);
  return (
    <div role="alert" className="mark bad new-run-fault">
      {counted(faults.length, "field")} {faults.length === 1 ? "needs" : "need"} another value: {told.join(", ")}
    </div>
  );
}

/** The command that does the same, or why there is none (yet). */
function InTerminal({ draft, checked }: { draft: Draft; checked: Checked }) {
  const { benchmark, isLooking } = useBenchmark(draft);
  const line = commandLine(draft, checked, benchmark?.file ?? null);
  const why = isLooking ? "Looking up the benchmark's file…" : "It has no file here that a command could name.";
  return (
    <div>
      <h3 className="row-of">
        The same in a terminal {line === null ? null : <CopyButton text={line} what="the command" />}
      </h3>
      {line === null ? (
        <p className="soft">
          {checked.request === null ? "Fill in what is missing, and the command stands here." : why}
        </p>
      ) : (
        <pre className="code-block" data-command>
          {line}
        </pre>
      )}
    </div>
  );
}
