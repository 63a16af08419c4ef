// How soon the death of a worker is in the ledger: from `kill -9` of a worker process with a run to the event
// `attempt.orphaned`, read by a third process, while another worker looks.

import { setTimeout as wait } from "node:timers/promises";
import { delayRow } from "./percentiles.ts";
import type { Report, Row } from "./report.ts";
import { openWorkerPlace, type WorkerPlace, type WorkerProcess } from "./worker-place.ts";

const p99MsMax = 400;
/** Workers that wait for the next run while one of them is killed: a start takes longer than what is measured. */
const inReserve = 2;
/** The kill comes within this time of the run's start, so that no clock of the other worker's is in step with it. */
const spreadMs = 250;

export async function benchOrphan({ kills = 100 } = {}): Promise<Report[]> {
  return [{ title: orphanTitle(kills), rows: await orphanRows({ kills }) }];
}

export function orphanTitle(kills: number): string {
  return `${kills} workers killed by signal 9 with a run each, another worker looking`;
}

/** @param of.url Where the new ledger lies; an SQLite file in a folder of its own if not given. */
export async function orphanRows({ kills, url = null }: { kills: number; url?: string | null }): Promise<Row[]> {
  await using place = await openWorkerPlace({ url });
  // It adopts what the killed ones leave, and sees to it that it ends when it is cancelled.
  await place.startWorker({ slots: 4, role: "witness" });
  const victims = new Map<string, WorkerProcess>();
  const enlist = async (): Promise<void> => {
    const victim = await place.startWorker({ slots: 1, role: "victim" });
    victims.set(victim.id, victim);
  };
  for (let index = 0; index < inReserve; index += 1) await enlist();
  const delays: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    const runId = await place.queue(["sleep", "600"], "victim");
    const { attempt } = await place.reached(runId, "running");
    const victim = victims.get(attempt?.worker ?? "");
    if (victim === undefined) throw new Error(`run ${runId} was claimed by somebody else`);
    victims.delete(victim.id);
    await enlist();
    await wait((kill * 97) % spreadMs);
    delays.push(await killAndWait(place, victim, runId));
    await place.end(runId);
  }
  return [delayRow("from the kill to attempt.orphaned, read elsewhere", delays, p99MsMax)];
}

async function killAndWait({ ledger }: WorkerPlace, victim: WorkerProcess, runId: string): Promise<number> {
  const { seq } = (await ledger.getRun(runId)) ?? { seq: 0 };
  const killedMs = performance.now();
  victim.kill();
  for (;;) {
    const since = ledger.changeMark();
    const events = await ledger.readEvents(runId, seq, 100);
    if (events.some(({ type }) => type === "attempt.orphaned")) return performance.now() - killedMs;
    if (performance.now() - killedMs > 10_000) throw new Error(`nobody has noticed the death of worker ${victim.id}`);
    await ledger.waitForChange({ since, timeoutMs: 1_000 });
  }
}
