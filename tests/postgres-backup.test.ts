// The backup of docs/operate.md in which nothing tells that it went back in time: a copy of the files, put back.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codeOf, complete, findings, queue } from "../src/ledger/contract/samples.contract.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres } from "../src/ledger/postgres/real-postgres.fixture.ts";

let folder: string;
let postgres: RealPostgres;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-backup-"));
  postgres = await startPostgres({ isOwn: true });
}, startMsMax);
afterAll(async () => {
  await postgres?.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (url: string) => openLedger({ url, mustExist: true, cwd: folder, env: {} });

test("files that are put back hold what was committed when they were copied, and verify is clean", async () => {
  const database = await postgres.newDatabase("migrated");
  const data = join(decodeURIComponent(new URL(database.url).hostname), "data");
  const [kept, cursors, ids] = [[] as string[], [] as string[], [] as string[]];
  const work = async () => {
    await using ledger = await open(database.url);
    for (let i = 0; i < 5; i += 1) kept.push((await complete(ledger)).runId);
    kept.push(await queue(ledger));
    cursors.push(await ledger.headCursor());
    ids.push(ledger.ledgerId);
  };
  await work();
  await postgres.stop("fast");
  execFileSync("cp", ["-a", data, join(folder, "copy")]);
  await postgres.start();
  await work();
  await postgres.stop("fast");
  rmSync(data, { recursive: true });
  execFileSync("cp", ["-a", join(folder, "copy"), data]);
  await postgres.start();
  await database.run("UPDATE meta SET value = 'restored' WHERE key = 'identity'");

  await using restored = await open(database.url);
  expect((await restored.listRuns({}, { order: "oldest" })).runs.map(({ id }) => id)).toEqual(kept.slice(0, 6));
  expect(await findings(restored)).toEqual([]);
  expect(ids[1]).toBe(ids[0]);
  expect(restored.ledgerId).not.toBe(ids[0]);
  for (const cursor of cursors) expect(await codeOf(restored.readAll(cursor, 1))).toBe("cursor.reset");
});
