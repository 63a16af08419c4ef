// What waits, oldest first, and what each run waits for.

import { Link } from "@tanstack/react-router";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { DataTable } from "../../design/data-table.tsx";
import { RunLink } from "../../design/run-link.tsx";
import { RunNote } from "../../design/run-note.tsx";
import { ErrorState, Loading } from "../../design/states.tsx";
import { Duration, Time } from "../../design/time.tsx";

const pageSize = 20;

export function QueuePanel() {
  const { data, error, refetch } = useApi("queue", { query: { pageSize } }, { isLive: true, everyMs: 5_000 });
  return (
    <section aria-label="Queue" className="stack system-section">
      <h2>
        Queue{" "}
        <span className="soft">
          {data === undefined ? null : data.queued === 0 ? (
            "nothing waits"
          ) : (
            <>
              {counted(data.queued, "run")} {data.queued === 1 ? "waits" : "wait"}, the oldest for{" "}
              <Duration from={data.oldestQueuedAt} to={null} />
            </>
          )}
        </span>
      </h2>
      {data === undefined ? (
        error === null ? (
          <Loading rows={3} what="Reading the queue" />
        ) : (
          <ErrorState error={error} onRetry={refetch} />
        )
      ) : data.runs.length === 0 ? null : (
        <>
          <Reasons runs={data.runs} />
          <DataTable caption="Runs that wait, oldest first" rows={data.runs} rowId={({ id }) => id} columns={columns} />
          {data.queued > data.runs.length ? (
            <Link to="/" search={{ status: "queued", order: "oldest" }}>
              All {grouped(data.queued)} that wait
            </Link>
          ) : null}
        </>
      )}
    </section>
  );
}

const columns = [
  { id: "run", header: "Run", cell: ({ id }: RunBody) => <RunLink id={id} /> },
  { id: "subject", header: "Subject", cell: (run: RunBody) => run.name ?? run.subject.id },
  { id: "agent", header: "Agent", cell: ({ agent }: RunBody) => agent?.name ?? "none" },
  { id: "why", header: "Waits for", cell: (run: RunBody) => <RunNote run={run} /> },
  { id: "priority", header: "Priority", cell: ({ priority }: RunBody) => priority },
  { id: "since", header: "Queued", cell: ({ queuedAt }: RunBody) => <Time iso={queuedAt} /> },
];

/** The reasons of the runs that are shown, each once. */
function Reasons({ runs }: { runs: readonly RunBody[] }) {
  const reasons = Map.groupBy(
    runs.flatMap(({ waitingFor }) => waitingFor),
    ({ message }) => message,
  );
  if (reasons.size === 0) return null;
  return (
    <ul className="row-of">
      {[...reasons].map(([message, of]) => (
        <li key={message} className="tag">
          {grouped(of.length)} × {message}
        </li>
      ))}
    </ul>
  );
}
