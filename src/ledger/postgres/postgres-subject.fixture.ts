// What the contract suite is run on: a ledger in a database of its own, reached by whichever URL leads there.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Subject } from "../contract/samples.contract.ts";
import type { Ledger } from "../ledger.ts";
import { openLedger } from "../open-ledger.ts";
import type { TestDatabase } from "./real-postgres.fixture.ts";

/** A subject of the suite. @param beforeBack What has to end before the database is given back. */
export async function postgresSubject(
  database: TestDatabase,
  url = database.url,
  beforeBack: () => Promise<void> = async () => {},
): Promise<Subject> {
  const home = mkdtempSync(join(tmpdir(), "runledger-home-"));
  const opened: Ledger[] = [];
  const openAgain = async () => {
    const ledger = await openLedger({ url, mustExist: true, env: { RUNLEDGER_HOME: home } });
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
      await beforeBack();
      rmSync(home, { recursive: true });
      await database.giveBack();
    },
  };
}
