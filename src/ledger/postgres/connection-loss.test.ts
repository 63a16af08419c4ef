// A database that goes away and comes back: what was answered is there, what was under way is done once, and nobody who
// waits is told of it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { newRunId } from "../../core/ids.ts";
import { actor, claimBy, findings, queue, queuedData, takesAny } from "../contract/samples.contract.ts";
import { openLedger } from "../open-ledger.ts";
import { startProxy } from "./proxy.fixture.ts";
import { useDatabase } from "./use-database.fixture.ts";

const database = useDatabase({ isOwn: true });

const holdsLock = fileURLToPath(new URL("holds-lock.fixture.ts", import.meta.url));

const clients = 12;
const crashes = 3;
/** Answers between two crashes. */
const answersEach = 20;

it("whatever was under way when the server crashed is done once", { timeout: 120_000 }, async () => {
  const ledger = await database.open();
  const data = await queuedData(ledger);
  const answered: string[] = [];
  const claimed: string[] = [];
  const over = new AbortController();
  const working = Array.from({ length: clients }, async () => {
    while (!over.signal.aborted) {
      const runId = newRunId();
      // A second try of one that was committed would be refused: its id is taken.
      await ledger.execute(runId, { type: "queue", data, claim: null }, actor);
      answered.push(runId);
      const run = (await ledger.claim(claimBy("w"), takesAny))?.run;
      if (run !== undefined) claimed.push(run.id);
    }
  });
  for (let crash = 0; crash < crashes; crash += 1) {
    await moreThan(answered, answered.length + answersEach);
    await database.server.stop("immediate");
    await database.server.start();
  }
  await moreThan(answered, answered.length + answersEach);
  over.abort();
  await Promise.all(working);
  const counts = await ledger.countRuns();
  expect(counts.reduce((sum, { runs }) => sum + runs, 0)).toBe(answered.length);
  expect(counts.find(({ status }) => status === "starting")?.runs).toBe(claimed.length);
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(await findings(ledger)).toEqual([]);
});

it("a commit whose answer was lost on the way is found out, and not done twice", async () => {
  const proxy = await startProxy({ socket: database.server.socket, database: database.name });
  const [ledger, other] = [await database.open(proxy.url), await database.open()];
  const data = await queuedData(other, { name: "its answer gets lost" });
  proxy.loseAnswersAfter(data.name ?? "");
  const runId = newRunId();
  const queued = ledger.execute(runId, { type: "queue", data, claim: null }, actor);
  await proxy.lost;
  await expect.poll(() => other.getRun(runId), { timeout: 20_000 }).not.toBeNull();
  proxy.cut();
  expect((await queued).events.map(({ type }) => type)).toEqual(["run.queued"]);
  expect((await other.getRun(runId))?.seq).toBe(1);
  await ledger.close();
  await proxy.close();
});

it("a write that was cut off before it was committed is done when the server can be reached", async () => {
  const proxy = await startProxy({ socket: database.server.socket, database: database.name });
  const [ledger, other] = [await database.open(proxy.url), await database.open()];
  const runId = await queue(ledger);
  proxy.hold(true);
  const paused = ledger.execute(runId, { type: "pause" }, actor);
  proxy.cut();
  proxy.hold(false);
  expect((await paused).run).toMatchObject({ status: "paused", seq: 2 });
  expect((await other.getRun(runId))?.seq).toBe(2);
  await ledger.close();
  await proxy.close();
});

it("a statement that waits on the server ends there soon after its client has gone", { timeout: 60_000 }, async () => {
  const proxy = await startProxy({ socket: database.server.socket, database: database.name });
  const ledger = await database.open(proxy.url);
  const holder = await database.connect();
  await holder.script("BEGIN; LOCK runs");
  const read = ledger.newestRun(0);
  const waiting = async () => (await holder.rows("SELECT 1 FROM pg_locks WHERE NOT granted")).length;
  await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
  // The next try does not get through.
  proxy.hold(true);
  proxy.cut();
  await expect.poll(waiting, { timeout: 30_000 }).toBe(0);
  await holder.close();
  proxy.hold(false);
  expect(await read).toBeNull();
  await ledger.close();
  await proxy.close();
});

it("a holder of a lock is not taken for gone when the server begins anew, and holds it again", async () => {
  const [ledger, other] = [await database.open(), await database.open()];
  await ledger.holdLock("w-1");
  await database.server.stop("immediate");
  await database.server.start();
  expect(await other.isLockFree("w-1")).toBe(false);
  // It holds it again: to release and forget it is what frees it, long before its time to come back is over.
  await ledger.renew("w-1");
  expect(await other.isLockFree("w-1")).toBe(false);
  await ledger.close();
  expect(await other.isLockFree("w-1")).toBe(true);
});

it("a holder of a lock closes also while the server is away, and is gone when its time to come back is over", {
  timeout: 60_000,
}, async () => {
  const ledger = await database.open();
  await ledger.holdLock("w-1");
  // A commit just now is one that others are still to be told of.
  await Promise.all([queue(ledger), queue(ledger)]);
  await database.server.stop("immediate");
  await ledger.close();
  await database.server.start();
  const other = await database.open();
  await expect.poll(() => other.isLockFree("w-1"), { timeout: 40_000 }).toBe(true);
});

it("a holder that is killed is gone at once", { timeout: 60_000 }, async () => {
  const ledger = await database.open();
  const holder = spawn(process.execPath, [holdsLock, database.url, "w-1"], { stdio: ["ignore", "pipe", "inherit"] });
  await once(holder.stdout, "data");
  expect(await ledger.isLockFree("w-1")).toBe(false);
  holder.kill("SIGKILL");
  await expect.poll(() => ledger.isLockFree("w-1"), { timeout: 10_000, interval: 5 }).toBe(true);
});

it("those who wait hear of what was committed after the server was back", async () => {
  const [ledger, other] = [await database.open(), await database.open()];
  const since = ledger.changeMark();
  const news = ledger.waitForChange({ since, timeoutMs: 30_000 });
  await database.server.stop("fast");
  const queued = queue(other);
  await database.server.start();
  expect(await news).toBe(true);
  expect((await ledger.getRun(await queued))?.status).toBe("queued");
});

it("a server that is not there at first is said to be unreachable at once, without a password", async () => {
  const url = database.url.replace("postgres@", "postgres:s3cret@");
  await database.server.stop("fast");
  const error = await openLedger({ url, mustExist: true, env: {} }).then(
    () => null,
    (refusal: Error & { code?: string }) => refusal,
  );
  await database.server.start();
  expect(error?.code).toBe("ledger.unreachable");
  expect(`${error?.message} ${JSON.stringify(error)}`).not.toContain("s3cret");
});

async function moreThan(answered: unknown[], count: number): Promise<void> {
  await expect.poll(() => answered.length, { timeout: 60_000 }).toBeGreaterThan(count);
}
