// A process that holds a lock on a ledger, says so, and lives until it is killed.

import { openLedger } from "../open-ledger.ts";

const [url = "", id = ""] = process.argv.slice(2);
const ledger = await openLedger({ url, mustExist: true, env: {} });
await ledger.holdLock(id);
process.stdout.write("held\n");
setInterval(() => {}, 60_000);
