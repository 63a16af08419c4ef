// A run of a command that nobody will start, for programs that only need something in a ledger. Imported, not started.

import type { EventData } from "../../src/core/events.ts";
import { effectiveLimits } from "../../src/core/limits.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";

export async function queuedCommand(ledger: Ledger): Promise<EventData<"run.queued">> {
  const digest = await ledger.putBlob(Buffer.from("nothing to do"));
  return {
    kind: "command",
    subject: { kind: "command", id: "nothing", digest },
    agent: null,
    name: null,
    params: {},
    seed: null,
    labels: {},
    priority: "normal",
    limits: effectiveLimits("command"),
    retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    experimentId: null,
    trial: 1,
    minScore: null,
    againOf: null,
    imported: false,
    who: "test",
  };
}
