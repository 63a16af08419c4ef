// Takes a whole run from elsewhere in one append. A run that this ledger knows, or had and deleted, is left alone.

import { RunledgerError } from "../core/errors.ts";
import { dataFault, eventCatalogue, isEventType } from "../core/events.ts";
import { cleanJson } from "../core/text.ts";
import { appendEvents } from "./append-events.ts";
import type { Draft } from "./draft.ts";
import type { ImportedEvent } from "./ledger.ts";
import type { WriteTransaction } from "./write-transaction.ts";

/** @returns whether the run was new. @throws RunledgerError `import.unreadable` if an event is not of its type. */
export function importRun(
  tx: WriteTransaction,
  { runId, events }: { runId: string; events: ImportedEvent[] },
): { isNew: boolean } {
  if (events.length === 0 || tx.isTaken(runId)) return { isNew: false };
  appendEvents(
    tx,
    runId,
    null,
    events.map((event, index) => draftOfImported(runId, event, index)),
  );
  return { isNew: true };
}

function draftOfImported(runId: string, event: ImportedEvent, index: number): Draft {
  const { type, v, attempt, actor, record } = event;
  const refuse = (cause: string) =>
    new RunledgerError("import.unreadable", `run ${runId}, event ${index + 1} (${type}): ${cause}`, {
      data: { runId },
    });
  const ms = Date.parse(event.at);
  if (Number.isNaN(ms)) throw refuse(`its time is ${event.at}`);
  const at = { text: new Date(ms).toISOString(), ms };
  const given = JSON.parse(cleanJson(event.dataText)) as Record<string, unknown>;
  const data = type === "run.queued" ? { ...given, imported: true } : given;
  if (isEventType(type) && v === eventCatalogue[type].v) {
    const fault = dataFault(type, data);
    if (fault !== null) throw refuse(fault);
  }
  const dataText = JSON.stringify(data);
  return {
    type,
    v,
    attempt,
    at,
    actor,
    data,
    dataText,
    record: record && { n: record.n, offset: record.end, crc: record.crc },
  };
}
