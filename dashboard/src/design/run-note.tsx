// The one remark about a run that a row has room for: what it does or waits for, or what was wrong with its end.

import { isTerminal } from "../../../src/core/moves.ts";
import type { RunBody } from "../../../src/protocol/http-resources.ts";
import { plain, roughly } from "../../../src/views/number-words.ts";
import { livenessWords, type NotedRun, noteOf } from "../../../src/views/run-note.ts";
import { useNowMs } from "./clock.ts";
import { localTime } from "./time.tsx";

/** Words, and a bar where it is known how far the run is. */
export function RunNote({ run }: { run: RunBody }) {
  if (isTerminal(run.status)) return <>{noteOf(run as NotedRun, run, "local")}</>;
  return (
    <>
      <ProgressBar progress={run.progress} />
      <WorkNote run={run} />
    </>
  );
}

function WorkNote({ run }: { run: RunBody }) {
  const { liveness, waitingFor, waitingOn, step, phase } = run;
  const nowMs = useNowMs(waitingOn !== null);
  const words: string[] = [];
  if (liveness !== null && liveness.state !== "live") words.push(livenessWords(liveness, run.id, "local"));
  if (step !== null) words.push(`step ${step.name}`);
  else if (phase !== null) words.push(phase);
  if (waitingOn !== null) {
    const tries = waitingOn.note === null ? "" : ` (${waitingOn.note})`;
    words.push(`waiting on ${waitingOn.what} for ${roughly(nowMs - Date.parse(waitingOn.since))}${tries}`);
  }
  words.push(
    ...waitingFor.map(({ message, until }) => (until === null ? message : `${message} at ${localTime(until)}`)),
  );
  return <>{words.join(" · ")}</>;
}

/** How far, as a bar with its numbers; numbers alone where there is no whole. */
function ProgressBar({ progress }: { progress: RunBody["progress"] }) {
  if (progress?.done == null) return null;
  const { done, total } = progress;
  if (total === null || total <= 0) return <span className="number">{plain(done)} · </span>;
  const words = `${plain(done)} of ${plain(total)}`;
  return (
    <>
      <span className="meter" aria-hidden>
        <span style={{ width: `${Math.min(100, (100 * done) / total)}%` }} />
      </span>{" "}
      <span className="number">{words}</span>{" "}
    </>
  );
}
