// Damage that is planted beside the system: verification names each by run, position and kind.
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { Finding } from "../../src/ledger/ledger.ts";
import { encodeRecord } from "../../src/protocol/journal.ts";
import { verifyFiles } from "../../src/worker/verify-files.ts";
import { benchmark001, Scene } from "../scene.ts";

/** A scene with three good runs. */
async function threeRuns() {
  const scene = new Scene();
  const worker = await scene.worker({ spares: 2 });
  const runIds: string[] = [];
  for (let round = 0; round < 3; round += 1) runIds.push((await scene.run(benchmark001(), worker)).id);
  await scene.expectVerified();
  const [, runId = ""] = runIds;
  return { scene, runId, events: await scene.events(runId) };
}

/** Changes the database behind everybody's back. */
async function plant(scene: Scene, sql: string, ...values: (string | number)[]): Promise<void> {
  await scene.closeLedger();
  const database = new DatabaseSync(join(scene.home, "ledger.sqlite"));
  const { changes } = database.prepare(sql).run(...values);
  database.close();
  expect(changes).toBe(1);
}

async function findings(scene: Scene): Promise<Pick<Finding, "runId" | "position" | "kind">[]> {
  const ledger = await scene.ledger();
  const found: Finding[] = [];
  for await (const finding of ledger.verify()) found.push(finding);
  for await (const finding of verifyFiles(ledger)) found.push(finding);
  return found.map(({ runId, position, kind }) => ({ runId, position, kind }));
}

test("each planted damage is found, and named by run, position and kind", async () => {
  const { scene, runId, events } = await threeRuns();
  await using _ = scene;
  const called = events.find(({ type }) => type === "tool.called") ?? expect.fail("no tool.called");
  const { data } = called;

  const flipped = JSON.stringify(data).replace("100000000", "100000001");
  await plant(scene, "UPDATE events SET data = ? WHERE position = ?", flipped, called.position);
  expect(await findings(scene)).toContainEqual({ runId, position: expect.any(Number), kind: "hash-link" });
  await plant(scene, "UPDATE events SET data = ? WHERE position = ?", JSON.stringify(data), called.position);
  expect(await findings(scene)).toEqual([]);

  await plant(scene, "UPDATE counts SET runs = runs + 1 WHERE scope = '' AND status = ?", "completed");
  expect(await findings(scene)).toEqual([{ runId: null, position: null, kind: "count" }]);
  await plant(scene, "UPDATE counts SET runs = runs - 1 WHERE scope = '' AND status = ?", "completed");

  const path = join(scene.home, "..", "logs/sessions", `session_${runId}.json`);
  const session = readFileSync(path, "utf8");
  writeFileSync(path, session.replace('"score": 1', '"score": 0.5'));
  expect(await findings(scene)).toEqual([{ runId, position: events.at(-1)?.position, kind: "session-file" }]);
  writeFileSync(path, session);

  const ended = events.find(({ type }) => type === "attempt.ended");
  const cursor = await (await scene.ledger()).journalCursor(runId, 1);
  const at = new Date().toISOString();
  const more = { n: cursor.n + 1, at, type: "log.written", dataText: "{}", previousCrc: cursor.crc };
  appendFileSync(join(scene.folderOf(runId), "journal.jsonl"), encodeRecord(more).line);
  expect(await findings(scene)).toEqual([{ runId, position: ended?.position, kind: "journal" }]);
});

test("a status that was changed in the projection is found, and rebuild mends it", async () => {
  const { scene, runId, events } = await threeRuns();
  await using _ = scene;
  await plant(scene, "UPDATE runs SET status = 'failed', passed = NULL WHERE run_id = ?", runId);
  const found = await findings(scene);
  expect(found).toContainEqual({ runId, position: events.at(-1)?.position, kind: "projection" });
  expect(await (await scene.ledger()).rebuild()).toEqual({ runs: 3 });
  await scene.expectVerified();
});

test("an event that was taken out of the middle is found at its place", async () => {
  const { scene, runId, events } = await threeRuns();
  await using _ = scene;
  const middle = events[8] ?? expect.fail("too few events");
  await plant(scene, "DELETE FROM events WHERE position = ?", middle.position);
  const found = await findings(scene);
  expect(found).toContainEqual({ runId, position: events[9]?.position, kind: "sequence" });
  expect(found.every((finding) => finding.runId === runId || finding.kind === "count")).toBe(true);
});
