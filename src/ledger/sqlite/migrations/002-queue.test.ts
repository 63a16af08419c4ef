// A ledger from before the queue had lanes.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { effectiveLimits } from "../../../core/limits.ts";
import type { Abilities } from "../../../core/queue-view.ts";
import { claimBy, complete, findings, queue, start } from "../../contract/samples.contract.ts";
import { openLedger } from "../../open-ledger.ts";

const any: Abilities = { kinds: ["benchmark", "command"], agents: null, labels: {} };
const digest = `sha256:${"c".repeat(64)}`;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-queue-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

it("its queued runs get the lanes that their events say, and are claimed in their order", async () => {
  const before = await openLedger({ url: folder, mustExist: false });
  const agent = { name: 'a"b\\', kind: "model" as const, digest, model: "openai:gpt:5", reference: false };
  const queued = [
    await queue(before, { agent, labels: { b: "2", 'a"\n\u0001': "ü\\", é: "", z: "😀" } }),
    await queue(before, { kind: "command", agent: null, limits: { ...effectiveLimits("command"), queue_s: 3_600.5 } }),
    await queue(before, { agent: { ...agent, model: ":x" } }),
  ];
  await start(before);
  await complete(before);
  await before.close();
  database((db) => db.exec(asItWasBefore));
  const after = await openLedger({ url: folder, mustExist: true });
  expect(after.notices[0]).toMatch(/^the ledger was migrated from schema 1 to 4/);
  expect(await findings(after)).toEqual([]);
  const claimed: (string | undefined)[] = [];
  for (let claims = 0; claims < 4; claims += 1) claimed.push((await after.claim(claimBy("w"), any))?.run.id);
  expect(claimed).toEqual([...queued, undefined]);
  expect(await findings(after)).toEqual([]);
  await after.close();
  database((db) => expect(db.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" }));
});

const asItWasBefore = `
DROP TABLE tokens;
DROP TABLE catalog;
DROP TABLE agent_tallies;
DROP INDEX lanes;
DROP INDEX queue;
CREATE INDEX queue ON runs (priority, created, kind, agent_name, not_before) WHERE status = 'queued';
DROP INDEX overdue;
ALTER TABLE runs DROP COLUMN lane;
ALTER TABLE runs DROP COLUMN overdue_at;
DROP TABLE limits;
DROP TABLE slots;
DROP TABLE workers;
UPDATE meta SET value = '1' WHERE key IN ('schema', 'compatibleFrom');
`;

function database(use: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(join(folder, "ledger.sqlite"));
  use(db);
  db.close();
}
