// What a run that has not ended does, waits for or waits on, and how alive it is.

import { isActive } from "../../../../src/core/moves.ts";
import { plain } from "../../../../src/views/number-words.ts";
import { livenessWords } from "../../../../src/views/run-note.ts";
import type { RunResource } from "../../../../src/views/run-resource.ts";
import { Duration, Time } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

export function WorkingPanel() {
  const { run, shown } = usePageRun();
  const { liveness, waitingFor, progress, step, phase } = shown;
  return (
    <section className="panel" aria-labelledby="working">
      <header>
        <h2 id="working">{isActive(run.status) ? "Now" : "Waiting"}</h2>
      </header>
      <dl className="facts panel-body">
        <Fact words="Liveness">{liveness === null ? "no process yet" : livenessWords(liveness, run.id, "local")}</Fact>
        {phase === null && step !== null ? null : <Fact words="Phase">{phase ?? "–"}</Fact>}
        {step === null ? null : (
          <Fact words="Step">
            {step.name} for <Duration from={step.since} to={null} />
          </Fact>
        )}
        <Fact words="Progress">{progressWords(progress)}</Fact>
        {run.openCalls.map((call) => (
          <Fact key={call.callId} words="Waits on">
            {call.what} for <Duration from={call.since} to={null} />
            {call.note === undefined ? "" : ` (${call.note})`}
          </Fact>
        ))}
        {waitingFor.map(({ message, until }) => (
          <Fact key={message} words="Waits for">
            {message}
            {until === null ? null : (
              <>
                {" "}
                at <Time iso={until} />
              </>
            )}
          </Fact>
        ))}
        {run.cancel === null ? null : (
          <Fact words="Cancel">
            asked by {run.cancel.by} at <Time iso={run.cancel.requestedAt} />, with {run.cancel.graceMs / 1000} s to end
            by itself
          </Fact>
        )}
        <Fact words="Last event">
          <Time iso={run.lastEventAt} />
        </Fact>
      </dl>
    </section>
  );
}

function progressWords(progress: RunResource["progress"]): string {
  if (progress === null) return "none reported";
  const { done, total, message } = progress;
  const far = done === null ? "" : `${plain(done)}${total === null ? "" : ` of ${plain(total)}`}`;
  return [far, message ?? ""].filter((part) => part !== "").join(" · ") || "none reported";
}

function Fact({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{words}</dt>
      <dd>{children}</dd>
    </>
  );
}
