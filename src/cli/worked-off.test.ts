// What is said of the waiting runs of an experiment while a command works them off, here played by a worker that takes
// nothing from the queue, with a lock of its own.

import { afterEach, beforeEach, expect, test } from "vitest";
import { newClaimId, newRunId } from "../core/ids.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { queuedData } from "../worker/attempt-folder.fixture.ts";
import { readPlace } from "../worker/process-facts.ts";
import { leftInQueue } from "./left-in-queue.ts";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
});
afterEach(() => project[Symbol.dispose]());

/** Three runs, by an agent whose key no worker has. */
async function planThree(ledger: Ledger): Promise<string> {
  const { subject, agent, labels, priority, retryPolicy, minScore, who } = queuedData();
  if (agent === null) throw new Error("no agent");
  const planned = await ledger.planExperiment(
    {
      ...{ id: newRunId(), name: null, file: null, sources: [], seedBase: 1, jobs: 1, limits: {}, trials: 3 },
      subjects: [{ subject, minScore, limits: {} }],
      agents: [{ identity: { ...agent, needs: ["ZAI_API_KEY"] }, params: {} }],
      conditions: [{ name: null, set: {} }],
      shared: { labels, priority, retryPolicy, params: {}, who },
    },
    "test",
  );
  return planned.id;
}

/** What `ls` says that these runs wait for. */
async function waiting(ids: readonly string[]): Promise<string[]> {
  const { code, json } = await project.runledger("ls", "-a", "--json");
  expect(code).toBe(0);
  const { runs } = json() as { runs: { id: string; waitingFor: { message: string }[] }[] };
  const words = new Map(runs.map(({ id, waitingFor }) => [id, waitingFor.map(({ message }) => message).join(", ")]));
  return ids.map((id) => words.get(id) ?? "not listed");
}

test("runs that wait for the command that works off their experiment wait for their turn, and are not left", async () => {
  await project.withLedger(async (ledger) => {
    const experimentId = await planThree(ledger);
    const { runs } = await ledger.listRuns({ experimentId }, { order: "oldest" });
    const [begun = "", ...rest] = runs.map(({ id }) => id);
    const ids = [...rest, await project.queue()];
    const left = async () => (await leftInQueue(ledger, { kinds: ["benchmark"], agents: null, labels: {} })).join();
    expect(await waiting(ids)).toEqual(["no worker", "no worker", "no worker"]);
    expect(await left()).toBe("3 runs left in the queue: no worker has ZAI_API_KEY");
    // One that supervises a run of it and works off nothing, as `watch` does, is nobody to wait for.
    const watcher = { worker: `worker-${newRunId()}`, place: readPlace(), claimId: newClaimId() };
    const watching = await ledger.holdLock(watcher.worker);
    await ledger.execute(rest.pop() ?? "", { type: "claim", ...watcher }, "test");
    ids.splice(1, 1);
    expect(await waiting(ids)).toEqual(["no worker", "no worker"]);
    const worker = `worker-${newRunId()}-of-${experimentId}`;
    const lock = await ledger.holdLock(worker);
    const claim = { worker, place: readPlace(), claimId: newClaimId() };
    await ledger.execute(begun, { type: "claim", ...claim }, "test");
    expect(await waiting(ids)).toEqual(["waits for its turn", "no worker"]);
    expect(await left()).toBe("");
    await lock.release();
    await watching.release();
    expect(await waiting(ids)).toEqual(["no worker", "no worker"]);
    expect(await left()).toMatch(/^\d runs left in the queue: no worker has ZAI_API_KEY$/);
  });
});
