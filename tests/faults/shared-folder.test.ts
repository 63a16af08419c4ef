// A folder's ledger was pushed to a server, and runs go on there: their files stay in the folder that both ledgers use.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { useDatabase } from "../../src/ledger/postgres/use-database.fixture.ts";
import { Host } from "../host.ts";
import { until } from "../scene.ts";

const database = useDatabase();
let folder: string;
let host: Host | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-shared-"));
});
afterEach(async () => {
  await host?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** A command of this folder, on the ledger of this URL. */
function start(url: string, ...command: string[]): Host {
  host = new Host(folder, { url, isElsewhere: false, command });
  return host;
}

test("what is deleted in one leaves alone what is at work for the other", { timeout: 120_000 }, async () => {
  const at = (name: string) => join(folder, name);
  const [files, second, began, go] = [at(".runledger"), at("second"), at("began"), at("go")];
  const script = `[ -e ${second} ] || exit 3; touch ${began}; while [ ! -e ${go} ]; do sleep 0.02; done`;
  await start(files, "exec", "--", "sh", "-c", script).ended;
  const local = await openLedger({ url: files, mustExist: true });
  const runId = (await local.newestRun(0)) ?? "";
  await local.close();
  await start(files, "push", database.url).ended;
  writeFileSync(second, "");
  const retry = start(database.url, "retry", runId);
  await until("it is tried again", () => existsSync(began));
  const removed = await new Host(folder, { url: files, isElsewhere: false, command: ["rm", runId] }).ended;
  expect(removed).toContain("stay");
  writeFileSync(go, "");
  await retry.ended;
  const ledger = await database.open(database.url, { RUNLEDGER_HOME: files });
  expect(await ledger.getRun(runId)).toMatchObject({ status: "completed", attempt: { number: 2 } });
  expect(existsSync(join(files, "runs", runId, "2/journal.jsonl"))).toBe(true);
});
