// The tries at a run, with what came of each.

import { useApi } from "../../api/use-api.ts";
import { ErrorLine } from "../../design/states.tsx";
import { Duration, Time } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

export function AttemptsPanel() {
  const { run } = usePageRun();
  const number = run.attempt?.number ?? 0;
  const outcome = run.attempt?.outcome ?? "";
  const found = useApi(
    "runAttempts",
    { params: { id: run.id } },
    { isWanted: number > 0, keepsLast: true, version: `${number}${outcome}` },
  );
  if (number === 0) return null;
  return (
    <section className="panel" aria-labelledby="attempts">
      <header>
        <h2 id="attempts">Attempts</h2>
      </header>
      {found.error === null ? null : <ErrorLine error={found.error} />}
      <ol className="panel-body stack">
        {(found.data?.attempts ?? []).map((one) => (
          <li key={one.attempt}>
            <div className="row-of">
              <strong>Attempt {one.attempt}</strong>
              <span>{one.outcome ?? (one.startedAt === null ? "claimed" : "under way")}</span>
              <Duration from={one.startedAt} to={one.endedAt} />
            </div>
            <p className="soft">
              <Time iso={one.claimedAt} />, worker <span className="id">{one.worker.slice(-8)}</span>
              {one.pid === null ? "" : `, pid ${one.pid}`}
              {one.containment === null ? "" : `, ${one.containment}`}
              {one.build === null ? "" : `, ${one.build}`}
              {one.adoptions === 0 ? "" : `, adopted ${one.adoptions} times`}
            </p>
            {one.error === null ? null : <p className="mark bad">{one.error.message}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}
