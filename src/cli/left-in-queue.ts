// What a worker that ends when it is idle says of the queue: what it leaves there, since it could take none of it and it
// would look as if all were done; and what it waits for meanwhile.

import { lanePartsOf } from "../core/lane.ts";
import { type Abilities, canTake, refusalOf } from "../core/queue-view.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { counted } from "../views/number-words.ts";
import { openLook } from "./look.ts";
import { experimentsWorkedOff } from "./worked-off.ts";

const pageSize = 500;
/** Reasons that are told; there may be as many as there are agents. */
const reasonsMax = 5;

/** Runs that neither this worker nor another that takes runs now is able or willing to take: how many, and why. */
export async function leftInQueue(ledger: Ledger, own: Abilities): Promise<string[]> {
  const takers: Abilities[] = [own];
  for (const entry of await ledger.listWorkers()) {
    if (!entry.isDraining && !(await ledger.isLockFree(entry.worker))) takers.push(entry.can);
  }
  const workedOff = await experimentsWorkedOff(ledger, (worker) => ledger.isLockFree(worker));
  const reasons = new Reasons();
  for await (const run of queuedRuns(ledger)) {
    // A command is at it, and it takes what no other worker can.
    if (run.experimentId !== null && workedOff.has(run.experimentId)) continue;
    reasons.add(refusalOf(takers, lanePartsOf(run)));
  }
  return reasons.told().map(({ why, runs }) => `${runs} left in the queue: ${why}`);
}

/** Runs that this worker takes once a limit has room for them, or the time of their next try has come: how many, and which. */
export async function awaitedInQueue(ledger: Ledger, own: Abilities): Promise<string[]> {
  const look = openLook(ledger);
  const reasons = new Reasons();
  for await (const run of queuedRuns(ledger)) {
    if (!canTake(own, lanePartsOf(run))) continue;
    const { waitingFor } = await look(run);
    const words = waitingFor.flatMap(({ reason, message }) => (reason === "worker" ? [] : [message]));
    reasons.add(words.length === 0 ? null : words.join(", "));
  }
  return reasons.told().map(({ why, runs }) => `waits for ${runs} in the queue: ${why}`);
}

async function* queuedRuns(ledger: Ledger): AsyncGenerator<Run> {
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const page = await ledger.listRuns({ statuses: ["queued"] }, { pageSize, pageToken: pageToken ?? null });
    yield* page.runs;
    pageToken = page.nextToken;
  }
}

/** How many runs there are for each reason. */
class Reasons {
  readonly #counts = new Map<string, number>();

  add(why: string | null): void {
    if (why !== null) this.#counts.set(why, (this.#counts.get(why) ?? 0) + 1);
  }

  /** Those of most runs. */
  told(): { why: string; runs: string }[] {
    const sorted = [...this.#counts].sort(([, one], [, other]) => other - one).slice(0, reasonsMax);
    return sorted.map(([why, count]) => ({ why, runs: counted(count, "run") }));
  }
}
