// The SQLite adapter against the contract, in its thread, as every process uses it.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Subject } from "../contract/samples.contract.ts";
import { ledgerContract } from "../ledger.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";

ledgerContract("SQLite", async (): Promise<Subject> => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-ledger-"));
  const opened: Ledger[] = [];
  const openAgain = async () => {
    const ledger = await openLedger({ url: folder, mustExist: opened.length > 0 });
    opened.push(ledger);
    return ledger;
  };
  const damage = async (sql: string) => {
    const db = new DatabaseSync(join(folder, "ledger.sqlite"), { timeout: 5_000 });
    db.exec(sql);
    db.close();
  };
  return {
    ledger: await openAgain(),
    openAgain,
    damage,
    refuseRunsOf: (subjectId) =>
      damage(`CREATE TRIGGER refuse BEFORE INSERT ON runs WHEN NEW.subject_id = '${subjectId}'
        BEGIN SELECT RAISE(ABORT, 'refused'); END`),
    async close() {
      for (const ledger of opened) await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
});
