// What a worker that ends when it is idle leaves in the queue: it could take none of it, and says so, since it would look
// as if all were done.

import { lanePartsOf } from "../core/lane.ts";
import { type Abilities, refusalOf } from "../core/queue-view.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { counted } from "../views/number-words.ts";

const pageSize = 500;
/** Reasons that are told; there may be as many as there are agents. */
const reasonsMax = 5;

/** Runs that neither this worker nor another that takes runs now is able or willing to take: how many, and why. */
export async function leftInQueue(ledger: Ledger, own: Abilities): Promise<string[]> {
  const takers: Abilities[] = [own];
  for (const entry of await ledger.listWorkers()) {
    if (!entry.isDraining && !(await ledger.isLockFree(entry.worker))) takers.push(entry.can);
  }
  const counts = new Map<string, number>();
  for (let pageToken: string | null | undefined; pageToken !== null; ) {
    const page = await ledger.listRuns({ statuses: ["queued"] }, { pageSize, pageToken: pageToken ?? null });
    for (const run of page.runs) {
      const why = refusalOf(takers, lanePartsOf(run));
      if (why !== null) counts.set(why, (counts.get(why) ?? 0) + 1);
    }
    pageToken = page.nextToken;
  }
  const told = [...counts].sort(([, one], [, other]) => other - one).slice(0, reasonsMax);
  return told.map(([why, count]) => `${counted(count, "run")} left in the queue: ${why}`);
}
