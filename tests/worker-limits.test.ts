// Limits over all workers, and what a worker takes: judged afterwards from the events, at every moment of them.

import { join } from "node:path";
import { expect, test } from "vitest";
import type { LedgerEvent } from "../src/core/events.ts";
import { startCommand } from "./command-in-scene.ts";
import { benchmark001, program, Scene, until } from "./scene.ts";

/** All events of the ledger, in commit order. */
async function allEvents(scene: Scene): Promise<LedgerEvent[]> {
  const ledger = await scene.ledger();
  const all: LedgerEvent[] = [];
  for (let cursor = null as string | null; ; ) {
    const page = await ledger.readAll(cursor, 500);
    if (page.events.length === 0) return all;
    all.push(...page.events);
    cursor = page.cursor;
  }
}

/** The most runs of these that were under way at once, from claim to end. */
function mostAtOnce(events: readonly LedgerEvent[], runIds: readonly string[]): number {
  const underWay = new Set<string>();
  let most = 0;
  for (const { type, runId } of events) {
    if (runId === null || !runIds.includes(runId)) continue;
    if (type === "attempt.claimed") underWay.add(runId);
    if (type === "attempt.ended") underWay.delete(runId);
    most = Math.max(most, underWay.size);
  }
  return most;
}

test("two workers with room for six never begin more than the limit of two, and use it", async () => {
  await using scene = new Scene();
  expect(await scene.cli("limits", "set", "label:pool=a", "2")).toMatchObject({ code: 0 });
  const what = { ...program(["sh", "-c", "sleep 0.2"]), labels: { pool: "a" } };
  const runIds: string[] = [];
  for (let index = 0; index < 8; index += 1) runIds.push(await scene.queue(what, null));
  const workers = [1, 2].map(() => startCommand(scene, ["worker", "--slots", "3", "--until-idle"]));
  for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 0 });
  const events = await allEvents(scene);
  expect(mostAtOnce(events, runIds)).toBe(2);
  for (const runId of runIds) expect((await scene.status(runId)).status).toBe("completed");
  expect(await (await scene.ledger()).listLimits()).toEqual([{ key: "label:pool=a", max: 2, used: 0 }]);
  await scene.expectVerified();
});

test("run and experiments keep to a limit, too: they wait for room and say what for", async () => {
  await using scene = new Scene();
  const ledger = await scene.ledger();
  await scene.cli("limits", "set", "agent:deterministic", "0");
  const waiting = startCommand(scene, [
    "run",
    join(import.meta.dirname, "../benchmarks/001-sol-transfer.yml"),
    "--json",
  ]);
  const runId = await until("it is queued", () => ledger.newestRun(0));
  const { stdout } = await scene.cli("show", runId, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    status: "queued",
    waitingFor: [{ reason: "limit", message: "limit agent:deterministic: 0 of 0 in use" }, { reason: "worker" }],
  });
  await scene.cli("limits", "clear", "agent:deterministic");
  const { code, stdout: ended } = await waiting.ended;
  expect({ code, run: JSON.parse(ended) }).toMatchObject({ code: 0, run: { id: runId, status: "completed" } });
  await scene.cli("limits", "set", "agent:deterministic", "1");
  const suite = await scene.cli("run", join(import.meta.dirname, "../benchmarks/text"), "-j", "4", "--json");
  expect(suite.code).toBe(0);
  const { runs } = JSON.parse(suite.stdout) as { runs: { id: string }[] };
  expect(runs.length).toBeGreaterThan(4);
  expect(
    mostAtOnce(
      await allEvents(scene),
      runs.map(({ id }) => id),
    ),
  ).toBe(1);
  await scene.expectVerified();
});

test("a worker takes only what carries its labels, and the rest says what it waits for", async () => {
  await using scene = new Scene();
  const other = await scene.queue(benchmark001(), null);
  const mine = await scene.queue({ ...benchmark001(), labels: { team: "red", note: "x" } }, null);
  expect(await startCommand(scene, ["worker", "--label", "team=red", "--until-idle"]).ended).toMatchObject({
    code: 0,
    stderr: expect.stringContaining("1 run left in the queue: no worker takes runs without the label team=red"),
  });
  expect((await scene.status(mine)).status).toBe("completed");
  expect((await scene.status(other)).status).toBe("queued");
  const red = startCommand(scene, ["worker", "--label", "team=red"]);
  await until("it is listed", async () => (await (await scene.ledger()).listWorkers()).length === 1);
  const { stdout } = await scene.cli("ls", "--json");
  const { runs } = JSON.parse(stdout) as { runs: { id: string; waitingFor: { message: string }[] }[] };
  const [waits] = runs.filter(({ id }) => id === other);
  expect(waits?.waitingFor).toMatchObject([{ message: "no worker takes runs without the label team=red" }]);
  red.child.kill("SIGTERM");
  await red.ended;
});
