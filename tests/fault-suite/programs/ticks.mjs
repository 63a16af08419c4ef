// Ignores SIGTERM and writes down the time as often as it can, until a file exists; so it is seen whether it lived on
// after the ledger said that it was gone. Arguments: ticks file, file that ends it.
import { appendFileSync, existsSync } from "node:fs";

const [ticks = "", end = ""] = process.argv.slice(2);
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {});
const { RUNLEDGER_RUN_ID, RUNLEDGER_ATTEMPT } = process.env;
setInterval(() => {
  appendFileSync(ticks, `${RUNLEDGER_RUN_ID} ${RUNLEDGER_ATTEMPT} ${Date.now()}\n`);
  if (existsSync(end)) process.exit(0);
}, 4);
