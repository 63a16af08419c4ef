// What handlers work with once the ledger is open, and the resources that they make of it.

import { RunledgerError } from "../core/errors.ts";
import { parseUuid } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { RunBody } from "../protocol/http-resources.ts";
import { runResource } from "../views/run-resource.ts";
import type { Catalog } from "./catalog.ts";
import type { Hub } from "./hub.ts";
import type { ServerPorts } from "./ports.ts";
import type { Streams } from "./streams.ts";

export type Site = ServerPorts & { catalog: Catalog; hub: Hub; streams: Streams };

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
export async function runBodies(site: Pick<Site, "openLook" | "files">, runs: readonly Run[]): Promise<RunBody[]> {
  const look = site.openLook();
  const bodies: RunBody[] = [];
  for (const run of runs) {
    const session = site.files.session(run.id);
    bodies.push(runResource(run, await look(run), session === null ? {} : { session }));
  }
  return bodies;
}

export async function runBody(site: Pick<Site, "openLook" | "files">, run: Run): Promise<RunBody> {
  const [body] = await runBodies(site, [run]);
  if (body === undefined) throw new RunledgerError("internal.bug", "one run makes one resource");
  return body;
}
