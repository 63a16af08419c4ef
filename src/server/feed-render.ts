// What a live stream of the ledger sends for a batch of events: the events themselves, or the runs that they changed.

import { RunledgerError } from "../core/errors.ts";
import type { LedgerEvent } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { type Render, sharedRender } from "./feed-stream.ts";
import { jsonOf } from "./run-stream.ts";
import { runBodies, type Shown, type Site } from "./site.ts";
import { sseMessage } from "./sse-output.ts";

/** A message for each event, with the cursor after it as id. */
export const renderEvents: Render = sharedRender((batch) => {
  const messages = batch.events.map((event, index) =>
    sseMessage({ id: batch.cursors[index] ?? null, type: null, data: jsonOf(event) }),
  );
  return Buffer.from(messages.join(""));
});

type ChangesSite = Pick<Site, "ledger"> & Shown;
const changesOf = new WeakMap<ChangesSite, Render>();

/**
 * A message for each batch: the runs that it changed, as they are when somebody first asks. Of a deleted one its id alone
 * is left. All streams of a server share it.
 */
export function renderChanges(site: ChangesSite): Render {
  const render = changesOf.get(site) ?? renderChangesOf(site);
  changesOf.set(site, render);
  return render;
}

function renderChangesOf(site: ChangesSite): Render {
  return sharedRender(async (batch) => {
    const ids = new Set(batch.events.flatMap(({ runId }) => runId ?? []));
    const runs = await Promise.all([...ids].map((id) => runOrDeleted(site.ledger, id)));
    const present = runs.filter((run) => typeof run !== "string");
    const deleted = runs.filter((run) => typeof run === "string");
    const data = JSON.stringify({ runs: await runBodies(site, present), deleted });
    return ids.size === 0 ? Buffer.alloc(0) : Buffer.from(sseMessage({ id: batch.to, type: "runs", data }));
  });
}

async function runOrDeleted(ledger: Ledger, id: string) {
  try {
    return (await ledger.getRun(id)) ?? id;
  } catch (error) {
    if (error instanceof RunledgerError && error.code === "run.deleted") return id;
    throw error;
  }
}

/** The events of an experiment's runs alone. */
export function renderOf(isWanted: (event: LedgerEvent) => Promise<boolean>): Render {
  return async (batch) => {
    const messages: string[] = [];
    for (const [index, event] of batch.events.entries()) {
      if (!(await isWanted(event))) continue;
      messages.push(sseMessage({ id: batch.cursors[index] ?? null, type: null, data: jsonOf(event) }));
    }
    return Buffer.from(messages.join(""));
  };
}

/** Whether an event is of this experiment: the plan itself, or of one of its runs. */
export function ofExperiment(ledger: Ledger, experimentId: string): (event: LedgerEvent) => Promise<boolean> {
  const known = new Map<string, boolean>();
  return async ({ runId, type, data }) => {
    if (runId === null) return type === "experiment.planned" && (data as { id?: unknown }).id === experimentId;
    let isOf = known.get(runId);
    if (isOf === undefined) {
      const run = await runOrDeleted(ledger, runId);
      isOf = typeof run !== "string" && run.experimentId === experimentId;
      if (known.size >= knownMax) known.clear();
      known.set(runId, isOf);
    }
    return isOf;
  };
}

/** Runs whose experiment is remembered for one stream. */
const knownMax = 10_000;
