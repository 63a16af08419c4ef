// Subjects by agents: in each cell its trials, each a link to its run.

import { Link } from "@tanstack/react-router";
import { memo } from "react";
import type { ExperimentCell } from "../../../../src/protocol/http-page-routes.ts";
import type { ExperimentBody } from "../../../../src/protocol/http-resources.ts";
import { counted, grouped } from "../../../../src/views/number-words.ts";
import { useCells } from "../../api/use-cells.ts";
import { ErrorState, Loading } from "../../design/states.tsx";
import { statusWords } from "../../design/status.tsx";
import { useGrowing } from "../../design/use-growing.ts";

export function Matrix({ experiment }: { experiment: ExperimentBody }) {
  const { data, error, refetch } = useCells(experiment.id);
  const columns = columnsOf(experiment);
  return (
    <section aria-label="Cells" className="stack experiment-section">
      <div className="row-of">
        <h2>Cells</h2>
        <span className="soft" role="status">
          {data === undefined || data.isWhole
            ? ""
            : `${grouped(data.cells.length)} of ${counted(experiment.planned, "cell")} are here, the others are being read`}
        </span>
      </div>
      {data === undefined ? (
        error === null ? (
          <Loading rows={8} what="Reading the cells" />
        ) : (
          <ErrorState error={error} onRetry={refetch} />
        )
      ) : (
        <>
          <Legend />
          <Grid cells={data.cells} columns={columns} />
        </>
      )}
    </section>
  );
}

/** Subjects that are drawn, and how many more each time the end comes into sight. */
const rowsAtOnce = 200;

type Column = { key: string; agent: string; condition: string | null };

function columnsOf({ groups }: ExperimentBody): Column[] {
  return groups.map(({ agent, condition }) => ({ key: keyOf(agent, condition), agent, condition }));
}

function keyOf(agent: string | null, condition: string | null): string {
  return JSON.stringify([agent ?? "", condition]);
}

function Grid({ cells, columns }: { cells: readonly ExperimentCell[]; columns: readonly Column[] }) {
  const bySubject = Map.groupBy(cells, ({ subject }) => subject);
  const { shown, atEnd } = useGrowing(bySubject.size, rowsAtOnce);
  const rows = [...bySubject].slice(0, shown);
  return (
    <div className="records matrix">
      <table>
        <caption className="visually-hidden">Results by subject and agent; each mark is one trial</caption>
        <thead>
          <tr>
            <th scope="col">Subject</th>
            {columns.map(({ key, agent, condition }) => (
              <th key={key} scope="col">
                {agent}
                {condition === null ? null : <span className="soft"> · {condition}</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([subject, ofSubject]) => (
            <Row key={subject} subject={subject} cells={ofSubject} columns={columns} />
          ))}
        </tbody>
      </table>
      {shown === bySubject.size ? null : (
        <p key={shown} ref={atEnd} className="panel-body soft">
          {grouped(shown)} of {counted(bySubject.size, "subject")}; more come as you scroll.
        </p>
      )}
    </div>
  );
}

function Row({
  subject,
  cells,
  columns,
}: {
  subject: string;
  cells: readonly ExperimentCell[];
  columns: readonly Column[];
}) {
  const byColumn = Map.groupBy(cells, ({ agent, condition }) => keyOf(agent, condition));
  return (
    <tr>
      <th scope="row">{subject}</th>
      {columns.map(({ key }) => (
        <td key={key}>
          <Trials cells={byColumn.get(key) ?? []} />
        </td>
      ))}
    </tr>
  );
}

function Trials({ cells }: { cells: readonly ExperimentCell[] }) {
  if (cells.length === 0) return <span className="faint">not here</span>;
  const passed = cells.filter((cell) => cell.passed === true).length;
  return (
    <span className="matrix-cell">
      <span className="number matrix-count">
        {passed}/{cells.length}
      </span>
      <span className="matrix-trials">
        {cells.map((cell) => (
          <Trial key={cell.runId} cell={cell} />
        ))}
      </span>
    </span>
  );
}

const Trial = memo(function Trial({ cell }: { cell: ExperimentCell }) {
  const look = lookOf(cell);
  const words = trialWords(cell);
  return (
    <Link
      to="/runs/$runId"
      params={{ runId: cell.runId }}
      preload={false}
      className={`trial ${look}`}
      title={words}
      aria-label={words}
      data-look={look}
    >
      <span aria-hidden>{signs[look]}</span>
    </Link>
  );
});

type Look = "passed" | "below" | "zero" | "unscored" | "none" | "busy" | "held" | "waiting";
/** Signs, so that colour is not the only one. */
const signs: Record<Look, string> = {
  ...{ passed: "✓", below: "–", zero: "0", unscored: "!", none: "·", busy: "»", held: "‖", waiting: "" },
};
const legend: readonly (readonly [Look, string])[] = [
  ["passed", "passed"],
  ["below", "below"],
  ["zero", "ended without a score by its agent's doing, counts as 0"],
  ["unscored", "unscored"],
  ["busy", "running"],
  ["held", "paused"],
  ["waiting", "waiting"],
];

function lookOf({ status, passed, standing }: ExperimentCell): Look {
  if (status === "queued") return "waiting";
  if (status === "paused") return "held";
  if (standing === "open") return "busy";
  if (standing === "unscored") return "unscored";
  if (standing === "zero") return "zero";
  return passed === null ? "none" : passed ? "passed" : "below";
}

function trialWords({ trial, status, passed, score, standing, why }: ExperimentCell): string {
  const verdict = passed === null ? [] : [passed ? "passed" : "below"];
  const points = score === null ? [] : [`score ${score.toFixed(6)}`];
  const reason = why === "" ? [] : [standing === "zero" ? `counts as 0 (${why})` : `no score (${why})`];
  return [`trial ${trial}: ${statusWords(status)}`, ...verdict, ...points, ...reason].join(", ");
}

function Legend() {
  return (
    <ul className="row-of matrix-legend soft">
      {legend.map(([look, words]) => (
        <li key={look}>
          <span className={`trial ${look}`} aria-hidden>
            {signs[look]}
          </span>{" "}
          {words}
        </li>
      ))}
    </ul>
  );
}
