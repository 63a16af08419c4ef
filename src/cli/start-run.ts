// Supervises a run here to its end and shows it: what `run`, `exec`, `again` and `retry` have in common. The run is
// claimed in the transaction that queues it, so nobody else can take it.

import { besideContent } from "../benchmarks/subject-needs.ts";
import { type Claim, graceMsOf } from "../core/decide.ts";
import { RunledgerError } from "../core/errors.ts";
import type { EventData } from "../core/events.ts";
import type { RunKind } from "../core/limits.ts";
import type { Executed, Ledger } from "../ledger/ledger.ts";
import type { SubjectContent } from "../protocol/spec.ts";
import type { RunStory } from "../views/run-story.ts";
import type { Worker } from "../worker/worker.ts";
import type { Context } from "./command.ts";
import { deletedMeanwhile, isDeletion } from "./deletion.ts";
import { findInstallation } from "./installation.ts";
import { type Interrupt, onInterrupt } from "./interrupts.ts";
import { printLive } from "./print-run.ts";

/** Data of `run.queued` without the subject. The event's type is open, which Omit cannot take. */
export type QueuedFields = Pick<
  EventData<"run.queued">,
  | "kind"
  | "agent"
  | "name"
  | "params"
  | "seed"
  | "labels"
  | "priority"
  | "limits"
  | "retryPolicy"
  | "experimentId"
  | "trial"
  | "minScore"
  | "againOf"
  | "imported"
  | "who"
>;

export type RunToStart = {
  id: string;
  /** Everything but the subject's digest, which the ledger gives. */
  queued: QueuedFields;
  content: SubjectContent;
  /** Environment variables that the subject itself needs. */
  needs?: readonly string[] | undefined;
  /** Paths of its files, which its programs must not see. */
  conceal?: readonly string[] | undefined;
  /** For the runner alone. */
  env: Record<string, string>;
};

/** How long the end of a run waits for a ledger's folder that was moved away, milliseconds. */
const movedMsMax = 60_000;

export type EndedRun = { story: RunStory; isInterrupted: boolean };

/** A worker of this process, for the runs that this command starts. */
export async function openWorker(ledger: Ledger, context: Context, spares: number): Promise<Worker> {
  const { startWorker } = await import("../worker/worker.ts");
  return startWorker({ ledger, spares, ...findInstallation(context.env) });
}

/** Queues the run, claimed by this process in the same transaction, and returns when it has ended and all was shown. */
export async function startRun(of: {
  ledger: Ledger;
  worker: Worker;
  context: Context;
  run: RunToStart;
}): Promise<EndedRun> {
  const { ledger, run } = of;
  const { kind } = run.content;
  const data: EventData<"run.queued"> = { ...run.queued, subject: await keepSubject(ledger, run) };
  return superviseHere({
    ...of,
    ...{ runId: run.id, kind, env: run.env },
    begin: (claim) => ledger.execute(run.id, { type: "queue", data, claim }, "cli"),
  });
}

/** Keeps what the run is made of. @returns the subject that names it */
export async function keepSubject(
  ledger: Ledger,
  { content, needs, conceal }: Pick<RunToStart, "content" | "needs" | "conceal">,
): Promise<EventData<"run.queued">["subject"]> {
  const digest = await ledger.putBlob(Buffer.from(JSON.stringify(content), "utf8"));
  return { kind: content.kind, id: content.id, digest, ...besideContent({ needs, conceal }) };
}

/**
 * Supervises a run here to its end and shows it from the events of `begin` on, which claims it for this process. An
 * interrupt cancels it through the ledger; so does a reader of a program's output who has gone.
 * @throws RunledgerError `run.deleted-meanwhile` if somebody deletes it
 */
export async function superviseHere(of: {
  ledger: Ledger;
  worker: Worker;
  context: Context;
  runId: string;
  kind: RunKind;
  /** For the runner alone. */
  env: Record<string, string>;
  begin(claim: Claim): Promise<Executed>;
}): Promise<EndedRun> {
  const { ledger, worker, context, runId } = of;
  // From here on an interrupt must not end this process before the run.
  const cancel = new Canceller(ledger, runId, context);
  using interrupts = onInterrupt(cancel.ask, of.kind === "command" ? context.output.gone : undefined);
  const { run, events } = await of.begin(worker.newClaim());
  cancel.begin(graceMsOf(run, null));
  const stop = new AbortController();
  const afterSeq = (events[0]?.seq ?? 1) - 1;
  const shown = printLive({ ledger, runId, context, signal: stop.signal, afterSeq });
  const supervised = worker.runToEnd(runId, { env: of.env, movedMsMax });
  try {
    await Promise.all([supervised, shown]);
  } catch (error) {
    // Whichever of the two failed, the other must not be left waiting; a deleted run ends for both.
    stop.abort();
    await Promise.allSettled(isDeletion(error) ? [shown, supervised] : [shown]);
    throw isDeletion(error) ? deletedMeanwhile(runId) : error;
  }
  return { story: await shown, isInterrupted: interrupts.count > 0 };
}

/** Turns interrupts into cancels: the first with the run's grace, each further one with none. */
class Canceller {
  readonly #ledger: Ledger;
  readonly #runId: string;
  readonly #context: Context;
  #graceMs: number | null = null;
  #asked: Interrupt | null = null;

  constructor(ledger: Ledger, runId: string, context: Context) {
    this.#ledger = ledger;
    this.#runId = runId;
    this.#context = context;
  }

  /** The run is in the ledger now; an interrupt that came before is obeyed. */
  begin(graceMs: number): void {
    this.#graceMs = graceMs;
    if (this.#asked !== null) this.ask(this.#asked);
  }

  readonly ask = (interrupt: Interrupt): void => {
    this.#asked = interrupt;
    if (this.#graceMs === null) return;
    const graceMs = interrupt.count > 1 ? 0 : this.#graceMs;
    this.#ledger.execute(this.#runId, { type: "cancel", graceMs }, interrupt.actor).catch((error: unknown) => {
      // It has ended meanwhile, which is what was wanted.
      if (error instanceof RunledgerError && error.code === "run.already-ended") return;
      this.#context.output.warn(`the cancel was refused: ${error instanceof Error ? error.message : String(error)}`);
    });
  };
}
