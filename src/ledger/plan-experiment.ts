// Plans an experiment: its event, its row, and all its runs in the queue, in one transaction. Runs are made one by one
// here, so that a plan travels without them.

import { newRunId } from "../core/ids.ts";
import { cellsOf, type ExperimentPlan, plannedEvent } from "../core/plan-experiment.ts";
import { appendEvents } from "./append-events.ts";
import { draftOf } from "./draft.ts";
import type { EventRow } from "./event-row.ts";
import { recordEvent } from "./record-event.ts";
import type { WriteTransaction } from "./write-transaction.ts";

export function planExperiment(
  tx: WriteTransaction,
  { plan, actor }: { plan: ExperimentPlan; actor: string },
): EventRow {
  const row = recordEvent(tx, { event: { type: "experiment.planned", data: plannedEvent(plan) }, actor });
  for (const data of cellsOf(plan)) {
    const draft = draftOf({ type: "run.queued", data }, { attempt: null, actor });
    appendEvents(tx, newRunId(), null, [draft]);
  }
  return row;
}
