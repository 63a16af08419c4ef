// What handlers work with once the ledger is open, and the resources that they make of it.

import { RunledgerError } from "../core/errors.ts";
import { parseUuid } from "../core/ids.ts";
import { isTerminal } from "../core/moves.ts";
import type { Run } from "../core/run.ts";
import type { RunBody } from "../protocol/http-resources.ts";
import { runResource } from "../views/run-resource.ts";
import type { Catalog } from "./catalog.ts";
import type { ChangedSince } from "./changed-since.ts";
import type { Hub } from "./hub.ts";
import type { ServerPorts } from "./ports.ts";
import type { Streams } from "./streams.ts";

export type Site = ServerPorts & { catalog: Catalog; changes: ChangedSince; hub: Hub; streams: Streams };

/** What runs are shown with beside their fold. */
export type Shown = Pick<Site, "openLook" | "files" | "catalog" | "changes">;

/** Who asks, in the ledger's words. */
export const apiActor = "api";

/** The run of this id. @throws RunledgerError `run.not-found`, `run.deleted` */
export async function findRun({ ledger }: Pick<Site, "ledger">, text: string): Promise<Run> {
  const run = await ledger.getRun(runIdOf(text));
  if (run === null) throw notFound(text);
  return run;
}

/** A run's id as the ledger has it; whatever is none names no run, and never reaches a path. */
export function runIdOf(text: string): string {
  const id = parseUuid(text);
  if (id === null) throw notFound(text);
  return id;
}

function notFound(text: string): RunledgerError {
  return new RunledgerError("run.not-found", `there is no run ${JSON.stringify(text.slice(0, 100))}`);
}

/** Runs as they are shown, with what is computed at this read. */
export async function runBodies(site: Shown, runs: readonly Run[]): Promise<RunBody[]> {
  const look = site.openLook();
  const bodies: RunBody[] = [];
  const subjects = new Map(runs.map(({ subject: { id } }) => [id, site.catalog.now(id)]));
  for (const run of runs) {
    // A run that goes on has none: what an earlier end had made was taken away.
    const session = isTerminal(run.status) ? site.files.session(run.id) : null;
    const isOther = await site.changes.isOther(run, subjects.get(run.subject.id) ?? null);
    bodies.push(runResource(run, await look(run), session === null ? {} : { session }, isOther));
  }
  return bodies;
}

export async function runBody(site: Shown, run: Run): Promise<RunBody> {
  const [body] = await runBodies(site, [run]);
  if (body === undefined) throw new RunledgerError("internal.bug", "one run makes one resource");
  return body;
}
