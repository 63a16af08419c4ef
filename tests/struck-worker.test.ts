// A worker that loses its connection to PostgreSQL and has it again: whoever looks meanwhile may not take it for dead, and
// who did so, since it was silent for too long, finds it listed again.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Abilities } from "../src/core/queue-view.ts";
import { findings } from "../src/ledger/contract/samples.contract.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { type Proxy as CuttingProxy, startProxy } from "../src/ledger/postgres/proxy.fixture.ts";
import { useDatabase } from "../src/ledger/postgres/use-database.fixture.ts";
import { readPlace } from "../src/worker/process-facts.ts";
import { settle } from "../src/worker/settle.ts";
import { startWorker, type Worker } from "../src/worker/worker.ts";
import { runnerUrl } from "./scene.ts";

const can: Abilities = { kinds: ["benchmark"], agents: null, labels: {} };
const patient = { timeout: 60_000 };

const database = useDatabase({ isOwn: true });
let proxy: CuttingProxy;
let home: string;
const workers: Worker[] = [];

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "runledger-struck-"));
  proxy = database.keep(await startProxy({ socket: database.server.socket, database: database.name }));
});

afterEach(async () => {
  proxy.hold(false);
  for (const worker of workers.splice(0)) await worker.close();
  rmSync(home, { recursive: true });
});

test("a worker cut off from the ledger is not struck from the list while its process lives", patient, async () => {
  const worker = await work(proxy.url);
  const other = await open(database.url);
  proxy.hold(true);
  proxy.cut();
  await expect.poll(() => other.isLockFree(worker.id), patient).toBe(true);
  await settle(other);
  expect(await listed(other)).toEqual([worker.id]);
  proxy.hold(false);
  await expect.poll(() => other.isLockFree(worker.id), patient).toBe(false);
  await settle(other);
  expect(await listed(other)).toEqual([worker.id]);
  expect(await findings(other)).toEqual([]);
});

test("a worker that was taken for gone is listed again, as one that drains if it does", patient, async () => {
  const worker = await work(database.url);
  const other = await open(database.url);
  await strike(other, worker);
  await expect.poll(() => listed(other), patient).toEqual([worker.id]);
  await worker.sayDraining();
  await strike(other, worker);
  await expect.poll(async () => (await other.listWorkers())[0]?.isDraining, patient).toBe(true);
  expect(await findings(other)).toEqual([]);
  await other.rebuild();
  expect(await other.listWorkers()).toMatchObject([{ worker: worker.id, isDraining: true }]);
});

test("a worker that has said itself that it is gone is not listed again", patient, async () => {
  const worker = await work(database.url);
  const other = await open(database.url);
  await worker.sayGone("it was asked to stop");
  const connection = await database.connect();
  const sql = "SELECT renewed_at AS at FROM locks WHERE id = $1";
  const seen = new Set<number | undefined>();
  const look = async () => seen.add((await connection.row<{ at: number }>(sql, [worker.id]))?.at).size;
  // What the first renewal would ask for is done when the second one comes.
  await expect.poll(look, patient).toBe(3);
  await connection.close();
  expect(await listed(other)).toEqual([]);
});

test("a worker of this host is struck from the list as soon as its process is gone", patient, async () => {
  const ledger = await open(database.url);
  const dead = { worker: "w-dead", place: readPlace(), pid: 2 ** 22 };
  await ledger.record({ type: "worker.started", data: { ...dead, slots: 1, can, build: "source" } }, "worker");
  await settle(ledger);
  expect(await listed(ledger)).toEqual([]);
  const { events } = await ledger.readAll(null, 10);
  expect(events.at(-1)).toMatchObject({ type: "worker.gone", data: { evidence: expect.stringContaining("process") } });
});

test("a worker of another host is struck from the list when it is silent, and not before", patient, async () => {
  const [cutOff, other] = [await open(proxy.url), await open(database.url)];
  const far = { worker: "w-far", place: { bootId: "another", pidns: "pid:[1]" }, pid: 2 ** 22 };
  await cutOff.holdLock(far.worker);
  await cutOff.record({ type: "worker.started", data: { ...far, slots: 1, can, build: "source" } }, "worker");
  proxy.hold(true);
  proxy.cut();
  await expect.poll(() => other.isLockFree(far.worker), patient).toBe(true);
  await settle(other);
  expect(await listed(other)).toEqual([far.worker]);
  await database.run("UPDATE locks SET renewed_at = renewed_at - 20000");
  // Whoever judges has to have the ledger for a whole lease, and to listen to it.
  other.changeMark();
  await expect.poll(() => settle(other).then(() => listed(other)), patient).toEqual([]);
  proxy.hold(false);
});

async function work(url: string): Promise<Worker> {
  const ledger = await open(url);
  const worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0, queue: { slots: 1, can } });
  workers.push(worker);
  return worker;
}

function open(url: string): Promise<Ledger> {
  return database.open(url, { RUNLEDGER_HOME: home });
}

async function listed(ledger: Ledger): Promise<string[]> {
  return (await ledger.listWorkers()).map(({ worker }) => worker);
}

/** What somebody says who has not heard of the worker for too long. */
async function strike(ledger: Ledger, { id }: Worker): Promise<void> {
  await ledger.record({ type: "worker.gone", data: { worker: id, evidence: "it was not heard of" } }, "worker");
}
