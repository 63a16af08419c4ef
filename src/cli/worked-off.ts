// Experiments that a command works off by itself, as `run FOLDER` does. Its worker takes no other runs, so it is not among
// those who take from the queue, and runs that wait for it wait for nobody else.

import type { Ledger } from "../ledger/ledger.ts";
import { experimentOfWorker } from "../worker/worker.ts";

/** Experiments of which the living worker of such a command supervises a run. */
export async function experimentsWorkedOff(
  ledger: Ledger,
  isFree: (worker: string) => Promise<boolean>,
): Promise<ReadonlySet<string>> {
  const experiments = new Set<string>();
  for (const { worker } of await ledger.supervisors()) {
    const experimentId = experimentOfWorker(worker);
    if (experimentId !== null && !(await isFree(worker))) experiments.add(experimentId);
  }
  return experiments;
}
