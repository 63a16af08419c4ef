// A worker's place in the ledger's list of those who take runs from the queue. Others strike one that was cut off from
// the ledger for so long that it has to count as gone; one that lives all the same enters itself anew.

import type { EventData } from "../core/events.ts";
import type { Ledger } from "../ledger/ledger.ts";

export type Listing = {
  /** Looks whether the worker is still listed, and enters it anew if it is not. Never fails: the next look may do it. */
  confirm(): Promise<void>;
  /** Says that the worker takes no more runs. */
  sayDraining(): Promise<void>;
  /** Says that the worker is gone; it is not entered again. */
  sayGone(evidence: string): Promise<void>;
  /** It is not entered again, and nothing is said. */
  close(): void;
};

/** Says that the worker has started, which lists it if it takes runs from the queue. */
export async function enterList(ledger: Ledger, started: EventData<"worker.started">): Promise<Listing> {
  const { worker } = started;
  const start = () => ledger.record({ type: "worker.started", data: started }, "worker");
  const drain = () => ledger.record({ type: "worker.drained", data: { worker } }, "worker");
  let isListed = started.slots !== undefined;
  let isDraining = false;
  let isLooking = false;
  const look = async (): Promise<void> => {
    if ((await ledger.listWorkers()).some((entry) => entry.worker === worker) || !isListed) return;
    // Asked for in one turn: what the worker says of itself afterwards comes after these.
    await Promise.all([start(), ...(isDraining ? [drain()] : [])]);
  };
  await start();
  return {
    async confirm() {
      if (!isListed || isLooking) return;
      isLooking = true;
      await look().catch(() => undefined);
      isLooking = false;
    },
    async sayDraining() {
      isDraining = true;
      await drain();
    },
    async sayGone(evidence) {
      isListed = false;
      await ledger.record({ type: "worker.gone", data: { worker, evidence } }, "worker");
    },
    close() {
      isListed = false;
    },
  };
}
