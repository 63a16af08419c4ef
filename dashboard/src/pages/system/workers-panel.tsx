// The workers that take runs from the queue, and what each of them does now.

import type { ReactNode } from "react";
import { activeStatuses } from "../../../../src/core/moves.ts";
import type { Routes } from "../../../../src/protocol/http.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import type { AnswerOf } from "../../../../src/protocol/http-route.ts";
import { grouped } from "../../../../src/views/number-words.ts";
import { useApi } from "../../api/use-api.ts";
import { RunLink } from "../../design/run-link.tsx";
import { RunNote } from "../../design/run-note.tsx";
import { ErrorState, Loading } from "../../design/states.tsx";
import { Status } from "../../design/status.tsx";
import { Time, Took } from "../../design/time.tsx";

type Worker = AnswerOf<Routes["listWorkers"]>["workers"][number];

const everyMs = 3_000;
/** Active runs that are read at once. */
const activeMax = 200;

export function WorkersPanel() {
  const workers = useApi("listWorkers", {}, { everyMs });
  const active = useApi("listRuns", { query: { status: [...activeStatuses], pageSize: activeMax } }, { isLive: true });
  const failed = [workers, active].find(({ data, error }) => data === undefined && error !== null);
  return (
    <section aria-label="Workers" className="stack system-section">
      <h2>Workers</h2>
      {failed !== undefined ? (
        <ErrorState error={failed.error} onRetry={() => Promise.all([workers.refetch(), active.refetch()])} />
      ) : workers.data === undefined || active.data === undefined ? (
        <Loading rows={3} what="Reading workers" />
      ) : (
        <Workers workers={workers.data.workers} runs={active.data.runs} />
      )}
    </section>
  );
}

function Workers({ workers, runs }: { workers: readonly Worker[]; runs: readonly RunBody[] }) {
  const byWorker = Map.groupBy(runs, ({ worker }) => worker ?? "");
  const known = new Set(workers.map(({ id }) => id));
  const others = runs.filter(({ worker }) => worker === null || !known.has(worker));
  return (
    <>
      {workers.length === 0 ? (
        <p className="soft">
          No worker takes runs from the queue. Start one: <code>npx runledger worker --slots 2</code>
        </p>
      ) : null}
      <div className="system-workers">
        {workers.map((worker) => (
          <WorkerCard key={worker.id} worker={worker} runs={byWorker.get(worker.id) ?? []} />
        ))}
        {others.length === 0 ? null : (
          <section className="panel" aria-label="Supervised by others">
            <header>
              <h3>Supervised by others</h3>
              <span className="soft">commands that run here and now, and runs without a supervisor</span>
            </header>
            <Doing runs={others} />
          </section>
        )}
      </div>
    </>
  );
}

function WorkerCard({ worker, runs }: { worker: Worker; runs: readonly RunBody[] }) {
  const { id, pid, startedAt, slots, freeSlots, can, build } = worker;
  const busy = freeSlots === null ? null : slots - freeSlots;
  return (
    <section className="panel" aria-label={`Worker ${id.slice(-8)}`}>
      <header>
        <h3>
          <span className="id" title={id}>
            {id.slice(-8)}
          </span>
        </h3>
        <Health worker={worker} />
        <span className="number">
          {busy === null ? `${grouped(slots)} slots` : `${grouped(busy)} of ${grouped(slots)} slots in use`}
        </span>
      </header>
      <dl className="facts panel-body">
        <dt>Process</dt>
        <dd>
          pid {pid}, {build}, since <Time iso={startedAt} />
        </dd>
        <dt>Takes</dt>
        <dd>{canWords(can)}</dd>
      </dl>
      <Doing runs={runs} />
    </section>
  );
}

function Health({ worker: { isAlive, isDraining } }: { worker: Worker }): ReactNode {
  if (!isAlive) return <span className="mark bad">gone: its lock is free</span>;
  if (isDraining) return <span className="mark warn">draining: takes no more</span>;
  return <span className="mark good">alive</span>;
}

function canWords({ kinds, agents, labels }: Worker["can"]): string {
  const only = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [
    kinds.join(", "),
    agents === null ? "all agents" : agents.join(", "),
    ...(only.length === 0 ? [] : [`only runs with ${only.join(", ")}`]),
  ].join(" · ");
}

function Doing({ runs }: { runs: readonly RunBody[] }) {
  if (runs.length === 0) return <p className="panel-body soft system-idle">Idle: it has no run.</p>;
  return (
    <ul className="system-doing">
      {runs.map((run) => (
        <li key={run.id}>
          <Status status={run.status} />
          <RunLink id={run.id} />
          <span className="one-line">{run.name ?? run.subject.id}</span>
          <span className="soft one-line">{run.agent?.name ?? "no agent"}</span>
          <span className="soft one-line system-note">
            <RunNote run={run} />
          </span>
          <Took run={run} />
        </li>
      ))}
    </ul>
  );
}
