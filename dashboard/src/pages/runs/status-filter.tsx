// The statuses as switches over the list, each with how many runs have it.

import { useNavigate } from "@tanstack/react-router";
import { type RunStatus, runStatuses } from "../../../../src/core/moves.ts";
import { grouped } from "../../../../src/views/number-words.ts";
import { Status } from "../../design/status.tsx";
import { type RunsSearch, statusesOf } from "./runs-search.ts";

export type StatusCounts = Partial<Record<RunStatus, number>>;

/** `counts` null: not known yet, and then no number is shown. */
export function StatusFilter({ search, counts }: { search: RunsSearch; counts: StatusCounts | null }) {
  const navigate = useNavigate();
  const chosen = statusesOf(search);
  const shown = runStatuses.filter(
    (status) => counts === null || (counts[status] ?? 0) > 0 || chosen.includes(status) || isAlwaysShown(status),
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
          {counts === null ? null : <span className="number soft">{grouped(counts[status] ?? 0)}</span>}
        </button>
      ))}
    </fieldset>
  );
}

/** The usual ones keep their place, so that nothing jumps when a count becomes zero. */
function isAlwaysShown(status: RunStatus): boolean {
  return ["queued", "running", "completed", "failed"].includes(status);
}
