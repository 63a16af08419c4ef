// What came of a run that completed and had nothing to score, as a command has.

import { Link } from "@tanstack/react-router";
import { Time, Took } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

export function OutcomePanel() {
  const { run, shown } = usePageRun();
  const to = (tab: string, words: string) => (
    <Link to="/runs/$runId/$tab" params={{ runId: run.id, tab }}>
      {words}
    </Link>
  );
  return (
    <section className="panel" aria-labelledby="outcome">
      <header>
        <h2 id="outcome">What came of it</h2>
      </header>
      <dl className="facts panel-body">
        <dt>Outcome</dt>
        <dd>completed; there was nothing to score</dd>
        <dt>Ended by</dt>
        <dd>{run.endedBy ?? "–"}</dd>
        <dt>Ended</dt>
        <dd>
          <Time iso={run.endedAt} withMs />, after <Took run={shown} />
        </dd>
        <dt>Left behind</dt>
        <dd>
          {to("logs", "what it printed")}, {to("files", "its files")}
        </dd>
      </dl>
    </section>
  );
}
