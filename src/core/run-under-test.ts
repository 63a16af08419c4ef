// A run with its whole history, as a ledger would keep it, for the tests of the core.

import { decide, type RunCommand } from "./decide.ts";
import type { EventData, Evidence, LedgerEvent, NewEvent } from "./events.ts";
import { effectiveLimits } from "./limits.ts";
import { evolve, type Run } from "./run.ts";

export const runId = "01a201c5-bf07-7467-aa3d-b1f17d20ee53";
export const place = { bootId: "boot", pidns: "pid:[1]" };
export const digest = `sha256:${"0".repeat(64)}`;

export function queued(retries = 0): EventData<"run.queued"> {
  return {
    kind: "benchmark",
    subject: { kind: "benchmark", id: "b", digest },
    agent: null,
    name: null,
    params: {},
    seed: 1,
    labels: {},
    priority: "normal",
    limits: effectiveLimits("benchmark"),
    retryPolicy: { retries, backoffMs: 10, origins: ["provider", "environment", "worker", "lost"] },
    experimentId: null,
    trial: 1,
    minScore: 1,
    againOf: null,
    imported: false,
    who: "test",
  };
}

export const evidence: Evidence = {
  fact: "",
  seenBy: "supervisor",
  finish: null,
  exit: null,
  killedFor: null,
  containment: null,
  memory: null,
  journal: null,
  lastStderr: null,
  note: null,
};

/** One run with its history, as a ledger would keep it. */
export class History {
  readonly appends: LedgerEvent[][] = [];
  run: Run | null = null;
  nowMs = Date.parse("2026-11-22T10:00:00.000Z");
  #claims = 0;

  get events(): LedgerEvent[] {
    return this.appends.flat();
  }

  append(events: NewEvent[]): void {
    const stamped: LedgerEvent[] = [];
    for (const event of events) {
      const seq = (this.run?.seq ?? 0) + 1;
      const at = new Date(this.nowMs).toISOString();
      const begins = event.type === "attempt.claimed" ? 1 : 0;
      const attempt = (this.run?.attempt?.number ?? 0) + begins || null;
      const whole = {
        position: seq,
        runId,
        seq,
        attempt,
        v: 1,
        at,
        recordedAt: at,
        actor: "test",
        ...event,
      } as LedgerEvent;
      this.run = evolve(this.run, whole);
      stamped.push(whole);
    }
    if (stamped.length > 0) this.appends.push(stamped);
  }

  /** The events of the command, or the code of its refusal. */
  execute(command: RunCommand): NewEvent[] | string {
    const decision = decide(this.run, command, this.nowMs);
    if (!decision.isAccepted) return decision.code;
    this.append(decision.events);
    return decision.events;
  }

  claim(): NewEvent[] | string {
    this.#claims += 1;
    return this.execute({ type: "claim", worker: "w", place, claimId: `claim-${this.#claims}` });
  }

  start(): void {
    const data = { pid: 1, startTicks: 1, containment: null, build: "source", spare: false, versions: {} };
    this.append([{ type: "attempt.started", data }]);
  }
}
