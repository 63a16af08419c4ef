// The PostgreSQL adapter against the contract, on a real server.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Subject } from "../contract/samples.contract.ts";
import { ledgerContract } from "../ledger.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import { type RealPostgres, startMsMax, startPostgres } from "./real-postgres.fixture.ts";

let postgres: RealPostgres | undefined;

beforeAll(async () => {
  postgres = await startPostgres();
}, startMsMax);

afterAll(() => postgres?.close());

ledgerContract("PostgreSQL", async (): Promise<Subject> => {
  if (postgres === undefined) throw new Error("the server is there before the first claim");
  const database = await postgres.newDatabase("migrated");
  const home = mkdtempSync(join(tmpdir(), "runledger-home-"));
  const opened: Ledger[] = [];
  const openAgain = async () => {
    const ledger = await openLedger({ url: database.url, mustExist: true, env: { RUNLEDGER_HOME: home } });
    opened.push(ledger);
    return ledger;
  };
  return {
    ledger: await openAgain(),
    openAgain,
    damage: (sql) => database.run(sql),
    refuseRunsOf: (subjectId) =>
      database.run(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
          IF NEW.subject_id = '${subjectId}' THEN RAISE EXCEPTION 'refused'; END IF; RETURN NEW; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON runs FOR EACH ROW EXECUTE FUNCTION refuse()`),
    async close() {
      for (const ledger of opened) await ledger.close();
      rmSync(home, { recursive: true });
      await database.giveBack();
    },
  };
});
