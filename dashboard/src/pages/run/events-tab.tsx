// All events of the run, raw: by type if asked, each with its address, and the run as it was at any of them.

import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { eventCatalogue } from "../../../../src/core/events.ts";
import { grouped } from "../../../../src/views/number-words.ts";
import { EventDetail } from "./event-detail.tsx";
import { AllEvents, EventsOfTypes } from "./event-lists.tsx";
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
  const { seq, types = "" } = useSearch({ strict: false }) as { seq?: number; types?: string };
  const navigate = useNavigate();
  const go = (change: { seq?: number; types?: string }): void => {
    const next = { ...(seq === undefined ? {} : { seq }), types, ...change };
    const search = { ...next, types: next.types === "" ? undefined : next.types };
    void navigate({
      to: "/runs/$runId/$tab",
      params: { runId: run.id, tab: "events" },
      search: search as { seq?: number; types?: string },
      replace: true,
    });
  };
  const chosen = seq === undefined ? null : Math.min(seq, run.seq);
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
        <SeqSlider last={run.seq} chosen={chosen} onChoose={(next) => go({ seq: next })} />
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
  last,
  chosen,
  onChoose,
}: {
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
        min={1}
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
