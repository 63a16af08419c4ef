// One row of the list of runs.

// biome-ignore-all lint/a11y/useSemanticElements: rows of a table element cannot be placed one by one
// biome-ignore-all lint/a11y/useFocusableInteractive: what can be focused is within the cells

import { type CSSProperties, memo, type ReactNode } from "react";
import { shortId } from "../../../../src/core/ids.ts";
import type { RunBody } from "../../../../src/protocol/http-resources.ts";
import { RunNote } from "../../design/run-note.tsx";
import { Status, Verdict } from "../../design/status.tsx";
import { Time, Took } from "../../design/time.tsx";
import type { Selection } from "./selection.ts";

type RowProps = { index: number; start: number; size: number; run: RunBody | null; selection: Selection };

export const RunRow = memo(function RunRow({ index, start, size, run, selection }: RowProps) {
  const place = { transform: `translateY(${start}px)`, height: size };
  if (run === null) return <AbsentRow place={place} />;
  const isSelected = selection.has(run.id);
  // A plain address, which the table follows: dozens of rows come with each turn of the wheel.
  const address = `/runs/${run.id}`;
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={isSelected ? "run-row is-selected" : "run-row"}
      data-index={index}
      data-run={run.id}
      style={place}
    >
      <Cell name="select">
        <input
          type="checkbox"
          checked={isSelected}
          aria-label={`Select run ${shortId(run.id)}`}
          onChange={() => selection.toggle(run)}
        />
      </Cell>
      <Cell name="status">
        <Status status={run.status} />
      </Cell>
      <Cell name="verdict">{run.status === "completed" ? <Verdict passed={run.passed} /> : <Dash />}</Cell>
      <Cell name="id">
        <a href={address} className="id" title={run.id}>
          {shortId(run.id)}
        </a>
      </Cell>
      <Cell name="subject">
        <a href={address} tabIndex={-1} title={run.name ?? run.subject.id}>
          {run.name ?? run.subject.id}
        </a>
      </Cell>
      <Cell name="agent">
        {run.agent === null ? <Dash /> : <span title={run.agent.model ?? run.agent.name}>{run.agent.name}</span>}
      </Cell>
      <Cell name="score">{run.score === null ? <Dash /> : run.score.toFixed(2)}</Cell>
      <Cell name="note">
        <RunNote run={run} />
        {run.isChangedSince ? <span className="run-changed">benchmark changed since</span> : null}
      </Cell>
      <Cell name="started">
        <Time iso={run.startedAt ?? run.queuedAt} />
      </Cell>
      <Cell name="took">
        <Took run={run} />
      </Cell>
      <Cell name="worker">
        <Worker id={run.worker} />
      </Cell>
    </div>
  );
});

function Cell({ name, children }: { name: string; children: ReactNode }) {
  return (
    <span role="cell" className={`run-${name}`}>
      {children}
    </span>
  );
}

function Dash() {
  return <span className="faint">–</span>;
}

/** A row whose page is on its way. */
function AbsentRow({ place }: { place: CSSProperties }) {
  return (
    <div className="run-row is-absent" style={place} aria-hidden>
      <span className="skeleton" />
    </div>
  );
}

function Worker({ id }: { id: string | null }) {
  if (id === null) return <Dash />;
  return (
    <span className="id soft" title={id}>
      {id.slice(-8)}
    </span>
  );
}
