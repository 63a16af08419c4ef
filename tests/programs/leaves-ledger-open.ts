// Opens a ledger, queues a run, and comes to its end without closing anything. Arguments: ledger, run id.

import { openLedger } from "../../src/ledger/open-ledger.ts";
import { queuedCommand } from "./queued-command.ts";

const [url = "", runId = ""] = process.argv.slice(2);
const ledger = await openLedger({ url, mustExist: true });
await ledger.execute(runId, { type: "queue", data: await queuedCommand(ledger), claim: null }, "test");
ledger.changeMark();
