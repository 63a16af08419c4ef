// The tries at a run, with what came of each and a way to look at it alone.

import { Link } from "@tanstack/react-router";
import type { AttemptBody } from "../../../../src/protocol/http-view-routes.ts";
import { counted } from "../../../../src/views/number-words.ts";
import { ErrorLine } from "../../design/states.tsx";
import { Duration, Time } from "../../design/time.tsx";
import { useAttempts } from "./attempt-range.ts";
import { endWords, outcomeWords } from "./attempt-words.ts";
import { usePageRun } from "./use-run.ts";

export function AttemptsPanel() {
  const { run } = usePageRun();
  const found = useAttempts();
  if ((run.attempt?.number ?? 0) === 0) return null;
  const { attempts = [], omitted = 0 } = found.data ?? {};
  return (
    <section className="panel" aria-labelledby="attempts">
      <header>
        <h2 id="attempts">Attempts</h2>
      </header>
      {found.error === null ? null : <ErrorLine error={found.error} />}
      {omitted === 0 ? null : <p className="panel-body soft">{counted(omitted, "older attempt")} not listed.</p>}
      <ol className="panel-body stack">
        {attempts.map((one) => (
          <li key={one.attempt}>
            <Attempt one={one} isOnly={attempts.length === 1} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Attempt({ one, isOnly }: { one: AttemptBody; isOnly: boolean }) {
  const { run } = usePageRun();
  const { attempt, claimedAt, startedAt, endedAt, worker, pid, containment, build, adoptions } = one;
  const [why, ...seen] = endWords(one, run.kind);
  return (
    <>
      <div className="row-of">
        <strong>Attempt {attempt}</strong>
        <span>{outcomeWords(one)}</span>
        <span className="soft">
          <Duration from={startedAt} to={endedAt} />
        </span>
        {isOnly ? null : (
          <Link to="/runs/$runId/$tab" params={{ runId: run.id, tab: "timeline" }} search={{ attempt }}>
            Look at it
          </Link>
        )}
      </div>
      <p className="faint">
        <Time iso={claimedAt} />, worker <span className="id">{worker.slice(-8)}</span>
        {[
          pid === null ? "" : `, pid ${pid}`,
          containment === null ? "" : `, ${containment}`,
          build === null ? "" : `, ${build}`,
          adoptions === 0 ? "" : `, adopted ${counted(adoptions, "time")}`,
        ].join("")}
      </p>
      {why === undefined ? null : <p className={one.error === null ? "soft" : "mark bad wraps"}>{why}</p>}
      {seen.map((words) => (
        <p className="soft" key={words}>
          {words}
        </p>
      ))}
    </>
  );
}
