// What a command did, out of the texts in which it came from the database.

import type { Run } from "../core/run.ts";
import { eventOfRow } from "./event-row.ts";
import type { ExecutedText } from "./execute.ts";
import type { Executed } from "./ledger.ts";

export function executed({ state, rows }: ExecutedText): Executed {
  return { run: JSON.parse(state) as Run, events: rows.map(eventOfRow) };
}
