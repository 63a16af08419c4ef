// A run as it was at one of its events. Folding a hundred thousand events takes half a second; whoever looks at one
// moment of a run looks at others, so folds on the way are kept, and the next look begins at the nearest one.

import { evolve, type Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";

const pageEvents = 500;
/** A fold is kept after each so many events, */
const keptEvery = 5_000;
/** of so many runs, those that were looked at last. */
const runsKept = 8;

/** The fold after an event, and where and when that one was recorded. */
type KeptFold = { run: Run; position: number; recordedAt: string };
type Folds = Map<string, Map<number, KeptFold>>;

const foldsOf = new WeakMap<object, Folds>();

/** The fold of a run's events up to `seq`; null if there are none. Whether the run is still there is its caller's to ask. */
export async function foldAt(ledger: Pick<Ledger, "readEvents">, runId: string, seq: number): Promise<Run | null> {
  const kept = keptOf(ledger, runId);
  let run = await nearest(ledger, runId, { kept, seq });
  for (let after = run?.seq ?? 0; after < seq; ) {
    const page = await ledger.readEvents(runId, after, Math.min(pageEvents, seq - after));
    for (const event of page) {
      run = evolve(run, event);
      if (event.seq % keptEvery === 0)
        kept.set(event.seq, { run, position: event.position, recordedAt: event.recordedAt });
    }
    if (page.length === 0) break;
    after = run?.seq ?? seq;
  }
  return run;
}

/** What is kept of a run, which becomes the last that was looked at. */
function keptOf(ledger: object, runId: string): Map<number, KeptFold> {
  const folds: Folds = foldsOf.get(ledger) ?? new Map();
  foldsOf.set(ledger, folds);
  const kept = folds.get(runId) ?? new Map<number, KeptFold>();
  folds.delete(runId);
  folds.set(runId, kept);
  for (const oldest of folds.keys()) {
    if (folds.size <= runsKept) break;
    folds.delete(oldest);
  }
  return kept;
}

/** An event never changes, but one that a failover lost is followed by others: a fold counts while its event is there. */
async function nearest(
  ledger: Pick<Ledger, "readEvents">,
  runId: string,
  { kept, seq }: { kept: Map<number, KeptFold>; seq: number },
): Promise<Run | null> {
  for (let at = seq - (seq % keptEvery); at > 0; at -= keptEvery) {
    const fold = kept.get(at);
    if (fold === undefined) continue;
    const [event] = await ledger.readEvents(runId, at - 1, 1);
    if (event?.position === fold.position && event.recordedAt === fold.recordedAt) return fold.run;
    kept.delete(at);
  }
  return null;
}
