// All events of the run, raw: by type if asked, each with its address, and the run as it was at any of them.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { eventCatalogue } from "../../../../src/core/events.ts";
import { grouped } from "../../../../src/views/number-words.ts";
import { useAttemptRange } from "./attempt-range.ts";
import { EventDetail } from "./event-detail.tsx";
import { AllEvents, EventsOfTypes } from "./event-lists.tsx";
import type { RunSearch } from "./run-search.ts";
import { usePageRun } from "./use-run.ts";

const groups = [
  { words: "all types", types: "" },
  ...["run", "attempt", "step", "agent", "model", "tool", "transaction", "score", "log", "artifact"].map((group) => ({
    words: `${group}.*`,
    types: Object.keys(eventCatalogue)
      .filter((type) => type.startsWith(`${group}.`))
      .join(","),
  })),
  ...Object.entries(eventCatalogue)
    .filter(([type, { from }]) => from === "journal" || /^(run|attempt)\./.test(type))
    .map(([type]) => ({ words: type, types: type })),
];

export function EventsTab() {
  const { run } = usePageRun();
  const { first, last } = useAttemptRange();
  const search = useSearch({ strict: false }) as RunSearch;
  const { seq, types = "" } = search;
  const navigate = useNavigate();
  const go = (change: Pick<RunSearch, "seq" | "types">): void => {
    const { types: nextTypes, ...rest } = { ...search, ...change };
    void navigate({
      to: "/runs/$runId/$tab",
      params: { runId: run.id, tab: "events" },
      search: nextTypes === undefined || nextTypes === "" ? rest : { ...rest, types: nextTypes },
      replace: true,
    });
  };
  const chosen = seq === undefined ? null : Math.min(last, Math.max(first, seq));
  return (
    <div className="tab-body events-tab">
      <div className="row-of">
        <label className="row-of">
          <span className="soft">Type</span>
          <select className="field" value={types} onChange={(event) => go({ types: event.target.value })}>
            {groups.some((group) => group.types === types) ? null : <option value={types}>{types}</option>}
            {groups.map((group) => (
              <option key={group.words} value={group.types}>
                {group.words}
              </option>
            ))}
          </select>
        </label>
        <SeqSlider {...{ first, last, chosen }} onChoose={(next) => go({ seq: next })} />
      </div>
      <div className="events-split">
        {types === "" ? (
          <AllEvents chosen={chosen} onChoose={(next) => go({ seq: next })} />
        ) : (
          <EventsOfTypes key={types} types={types} chosen={chosen} onChoose={(next) => go({ seq: next })} />
        )}
        {chosen === null ? null : <EventDetail seq={chosen} />}
      </div>
    </div>
  );
}

/** Any moment of the run by hand; the address follows when the hand rests. */
function SeqSlider({
  first,
  last,
  chosen,
  onChoose,
}: {
  first: number;
  last: number;
  chosen: number | null;
  onChoose: (seq: number) => void;
}) {
  const [held, setHeld] = useState<number | null>(null);
  useEffect(() => {
    if (held === null) return;
    const rest = setTimeout(() => {
      onChoose(held);
      setHeld(null);
    }, 120);
    return () => clearTimeout(rest);
  }, [held, onChoose]);
  const value = held ?? chosen ?? last;
  return (
    <label className="row-of seq-slider">
      <span className="soft">The run as of event</span>
      <input
        type="range"
        min={first}
        max={last}
        value={value}
        aria-valuetext={`event ${value} of ${last}`}
        onChange={(event) => setHeld(Number(event.target.value))}
      />
      <span className="number">
        {grouped(value)} of {grouped(last)}
      </span>
    </label>
  );
}
