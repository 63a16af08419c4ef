// What a run that has not ended does, waits for or waits on, and how alive it is.

import { isActive } from "../../../../src/core/moves.ts";
import { livenessWords } from "../../../../src/views/run-note.ts";
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
        {liveness === null ? null : <Fact words="Liveness">{livenessWords(liveness, run.id, "local")}</Fact>}
        {phase === null ? null : <Fact words="Phase">{phase}</Fact>}
        {step === null ? null : (
          <Fact words="Step">
            {step.name} for <Duration from={step.since} to={null} />
          </Fact>
        )}
        {progress === null ? null : (
          <Fact words="Progress">
            {[
              progress.done === null ? "" : `${progress.done}${progress.total === null ? "" : ` of ${progress.total}`}`,
              progress.message ?? "",
            ]
              .filter((part) => part !== "")
              .join(" · ")}
          </Fact>
        )}
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

function Fact({ words, children }: { words: string; children: React.ReactNode }) {
  return (
    <>
      <dt>{words}</dt>
      <dd>{children}</dd>
    </>
  );
}
