// The events from which the status follows, each a link to itself.

import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { currentEvent, type LedgerEvent } from "../../../../src/core/events.ts";
import { detailOf } from "../../../../src/views/why.ts";
import { client } from "../../api/client.ts";
import { ErrorLine, Loading } from "../../design/states.tsx";
import { Time } from "../../design/time.tsx";
import { usePageRun } from "./use-run.ts";

/** Types that move a run, or are why the next one does. */
const types = [
  ...["run.queued", "run.pause_requested", "run.paused", "run.resumed", "run.cancel_requested", "run.cancelled"],
  ...["run.completed", "run.failed", "run.timed_out", "run.lost", "run.retry_scheduled", "run.retried"],
  ...["run.delete_requested", "attempt.claimed", "attempt.started", "attempt.orphaned", "attempt.adopted"],
  ...["attempt.ended", "attempt.late", "score.recorded"],
];
/** The last ones; a run that was retried for days has more. */
const shownMax = 60;

export function LifePanel() {
  const { run } = usePageRun();
  const attempt = run.attempt;
  const life = [run.status, attempt?.number, attempt?.startedAt, attempt?.orphanedAt, attempt?.outcome, run.cancel?.by];
  const found = useQuery({
    queryKey: ["life", run.id, ...life],
    queryFn: () => readLife(run.id, run.seq),
    placeholderData: (last) => last,
  });
  return (
    <section className="panel" aria-labelledby="life">
      <header>
        <h2 id="life">Why it has this status</h2>
      </header>
      {found.error === null ? null : <ErrorLine error={found.error} />}
      {found.isPending ? <Loading rows={4} what="Reading events" /> : null}
      <ol className="life">
        {(found.data?.events ?? []).map((event) => (
          <LifeRow key={event.seq} event={event} />
        ))}
      </ol>
      {found.data?.isWhole === false ? (
        <p className="panel-body soft">The first and the last of them; Events has all.</p>
      ) : null}
    </section>
  );
}

function LifeRow({ event }: { event: LedgerEvent }) {
  const { run } = usePageRun();
  return (
    <li>
      <Link to="/runs/$runId/$tab" params={{ runId: run.id, tab: "events" }} search={{ seq: event.seq }} className="id">
        #{event.seq}
      </Link>
      <Time iso={event.recordedAt} withMs />
      <span className="mono">{event.type}</span>
      <span className="soft">{detailOf(event)}</span>
    </li>
  );
}

/** How a run began and how it stands; of one with very many events, what lies between is not looked for. */
async function readLife(id: string, seq: number): Promise<{ events: LedgerEvent[]; isWhole: boolean }> {
  const params = { id };
  const last = await client.call("runEvents", { params, query: { before: seq + 1, types, limit: shownMax } });
  const first = last.hasMore
    ? await client.call("runEvents", { params, query: { after: 0, types, limit: shownMax / 2 } })
    : null;
  const bySeq = new Map([...(first?.events ?? []), ...last.events].map((body) => [body.seq, currentEvent(body)]));
  const events = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return { events, isWhole: first === null || first.next >= last.next };
}
