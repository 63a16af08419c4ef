// Why a run that has no result ended as it did: the same facts, in the same words, as the command line's `show`.

import { useQuery } from "@tanstack/react-query";
import { currentEvent, isKnown } from "../../../../src/core/events.ts";
import { isTerminal } from "../../../../src/core/moves.ts";
import type { Run } from "../../../../src/core/run.ts";
import { endingFacts } from "../../../../src/views/ending-report.ts";
import type { RunStory } from "../../../../src/views/run-story.ts";
import { client } from "../../api/client.ts";
import { ErrorState, Loading } from "../../design/states.tsx";
import { usePageRun } from "./use-run.ts";

export function EndingPanel() {
  const { run } = usePageRun();
  const isWanted = isTerminal(run.status) && run.status !== "completed";
  const story = useQuery({
    queryKey: ["ending", run.id, run.attempt?.number ?? 0, run.seq],
    queryFn: () => readStory(run),
    enabled: isWanted,
  });
  if (!isWanted) return null;
  return (
    <section className="panel" aria-labelledby="ending">
      <header>
        <h2 id="ending">Why it ended so</h2>
      </header>
      {story.error === null ? null : <ErrorState error={story.error} onRetry={story.refetch} />}
      {story.data === undefined ? (
        story.error === null && <Loading rows={4} what="Reading the evidence" />
      ) : (
        <dl className="facts panel-body">
          {endingFacts({ ...story.data, run }, "local")
            .filter(([, lines]) => lines.length > 0)
            .map(([label, lines]) => (
              <div className="pair" key={label}>
                <dt>{label}</dt>
                <dd className={label === "Said" ? "mono said" : undefined}>{lines.join("\n")}</dd>
              </div>
            ))}
        </dl>
      )}
    </section>
  );
}

/** The last attempt's end, and what was going on right before it. */
async function readStory(run: Run): Promise<RunStory> {
  const params = { id: run.id };
  const found = await client.call("runEvents", {
    params,
    query: { before: run.seq + 1, types: ["attempt.ended"], limit: 1 },
  });
  const empty = { run, transactions: [], transactionCount: 0, answer: null };
  const event = found.events[0] === undefined ? null : currentEvent(found.events[0]);
  if (event === null || !isKnown(event) || event.type !== "attempt.ended") return { ...empty, ending: null };
  const before = await client.call("runState", { params, query: { at: Math.max(1, event.seq - 1) } });
  return { ...empty, ending: { data: event.data, at: event.recordedAt, before: before.run as Run } };
}
