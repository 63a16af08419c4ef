// The statuses as switches over the list, each with how many runs have it.

import { useNavigate } from "@tanstack/react-router";
import { type RunStatus, runStatuses } from "../../../../src/core/moves.ts";
import { grouped } from "../../../../src/views/number-words.ts";
import { Status } from "../../design/status.tsx";
import { type RunsSearch, statusesOf } from "./runs-search.ts";

/** `isWhole` false: there may be more of each; only the newest were counted. */
export type StatusCounts = { runs: Partial<Record<RunStatus, number>>; isWhole: boolean };

/** `counts` null: not known yet, and then no number is shown. */
export function StatusFilter({ search, counts }: { search: RunsSearch; counts: StatusCounts | null }) {
  const navigate = useNavigate();
  const chosen = statusesOf(search);
  const shown = runStatuses.filter((status) =>
    counts === null
      ? isAlwaysShown(status) || chosen.includes(status)
      : isShown(status, counts) || chosen.includes(status),
  );
  const toggle = (status: RunStatus): void => {
    const next = chosen.includes(status) ? chosen.filter((one) => one !== status) : [...chosen, status];
    const { status: _before, ...rest } = search;
    void navigate({ to: "/", search: next.length === 0 ? rest : { ...rest, status: next.join(",") } });
  };
  return (
    <fieldset className="status-counts bare">
      <legend className="visually-hidden">Statuses</legend>
      {shown.map((status) => (
        <button
          key={status}
          type="button"
          className="status-count"
          aria-pressed={chosen.includes(status)}
          onClick={() => toggle(status)}
        >
          <Status status={status} />
          <span
            className="number soft"
            title={counts?.isWhole === false ? "at least; only the newest were counted" : ""}
          >
            {counts === null ? "…" : `${grouped(counts.runs[status] ?? 0)}${counts.isWhole ? "" : "+"}`}
          </span>
        </button>
      ))}
    </fieldset>
  );
}

function isShown(status: RunStatus, { runs }: StatusCounts): boolean {
  return (runs[status] ?? 0) > 0 || isAlwaysShown(status);
}

/** The usual ones keep their place, so that nothing jumps when a count becomes zero. */
function isAlwaysShown(status: RunStatus): boolean {
  return ["queued", "running", "completed", "failed"].includes(status);
}
