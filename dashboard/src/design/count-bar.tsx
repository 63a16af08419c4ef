// What the runs of an experiment add up to, as one bar in words and colours. The words say it all; the bar only helps.

import type { ExperimentBody } from "../../../src/protocol/http-resources.ts";
import { grouped } from "../../../src/views/number-words.ts";

export type Counts = Pick<
  ExperimentBody,
  "planned" | "deleted" | "queued" | "paused" | "running" | "passed" | "below" | "unscored" | "scored"
>;

type Part = { name: string; mood: string; runs: number };

function partsOf({ deleted, queued, paused, running, passed, below, unscored, scored }: Counts): Part[] {
  const without = Object.values(unscored).reduce((sum, runs) => sum + runs, 0);
  return [
    { name: "passed", mood: "good", runs: passed },
    { name: "below", mood: "bad", runs: below },
    { name: "scored, no verdict", mood: "quiet", runs: Math.max(0, scored - passed - below) },
    { name: "unscored", mood: "warn", runs: without },
    { name: "running", mood: "busy", runs: running },
    { name: "paused", mood: "held", runs: paused },
    { name: "waiting", mood: "open", runs: queued },
    { name: "deleted", mood: "gone", runs: deleted },
  ].filter(({ runs }) => runs > 0);
}

/** `withWords`: the counts stand beside the bar, for where no column says them. */
export function CountBar({ counts, withWords = false }: { counts: Counts; withWords?: boolean }) {
  const parts = partsOf(counts);
  const words = parts.map(({ name, runs }) => `${grouped(runs)} ${name}`).join(", ");
  return (
    <span className="count-bar" title={`of ${grouped(counts.planned)} planned: ${words}`}>
      <span className="count-bar-track" aria-hidden>
        {parts.map(({ name, mood, runs }) => (
          <span key={name} className={`count-part ${mood}`} style={{ flexGrow: runs }} />
        ))}
      </span>
      {withWords ? (
        <span className="count-words">
          {parts.map(({ name, mood, runs }) => (
            <span key={name} className="count-word">
              <span className={`count-key ${mood}`} aria-hidden />
              {grouped(runs)} {name}
            </span>
          ))}
        </span>
      ) : (
        <span className="visually-hidden">{words}</span>
      )}
    </span>
  );
}
