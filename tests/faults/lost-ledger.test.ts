// The ledger's file is gone: what the attempt folders tell makes it anew.
import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importAttempts } from "../../src/worker/import-attempts.ts";
import { benchmark001, fixture, program, Scene } from "../scene.ts";
import { diesAtLine } from "./broken-runners.ts";

test("import rebuilds a deleted ledger with the same statuses and scores, once however often it is asked", async () => {
  await using scene = new Scene();
  const worker = await scene.worker();
  const completed = await scene.run(benchmark001(), worker);
  const failed = await scene.run(program(fixture("exits-with.mjs", "3")), worker);
  const timedOut = await scene.run(program(fixture("never-exits.mjs"), { wall_s: 0.3, grace_s: 0.1 }), worker);
  const dying = await scene.worker({ url: scene.faultyRunner("dies", diesAtLine(6, "after")) });
  const killed = await scene.run(benchmark001(), dying);
  await scene.closeLedger();
  for (const end of ["", "-wal", "-shm"]) rmSync(join(scene.home, `ledger.sqlite${end}`), { force: true });

  const ledger = await scene.ledger();
  expect(await ledger.countRuns()).toEqual([]);
  const results = [];
  for await (const { runId, result, status } of importAttempts(ledger, [scene.home]))
    results.push({ runId, result, status });
  const taken = [completed, failed, timedOut].map(({ id, status }) => ({ runId: id, result: "taken", status }));
  // Who killed the runner was seen by its supervisor alone, and stood in the ledger only: now nobody has seen it.
  const lost = { runId: killed.id, result: "taken", status: "lost" };
  const byId = (a: { runId: string | null }, b: { runId: string | null }) =>
    String(a.runId).localeCompare(String(b.runId));
  expect(results.toSorted(byId)).toEqual([...taken, lost].toSorted(byId));
  expect(await scene.status(completed.id)).toMatchObject({ score: 1, passed: true, imported: true, seed: 7 });
  expect(await scene.status(failed.id)).toMatchObject({ error: { code: failed.error?.code } });
  expect(await scene.status(timedOut.id)).toMatchObject({ error: { limit: "wall_s" } });

  for await (const { result } of importAttempts(ledger, [scene.home])) expect(result).toBe("known");
  expect((await ledger.listRuns({}, {})).runs.length).toBe(4);
  await scene.expectVerified();
});
