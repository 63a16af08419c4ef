// Reports so many events a second into its event file until it is ended, each with a line of its own; what a slow moment
// has kept it from is made up for.
import { appendFileSync } from "node:fs";

const perSecond = Number(process.argv[2]);
const events = process.env.RUNLEDGER_EVENTS ?? "";
const beginMs = performance.now();
let reported = 0;
setInterval(() => {
  const due = Math.floor(((performance.now() - beginMs) / 1000) * perSecond);
  for (; reported < due; reported += 1) {
    appendFileSync(events, `${JSON.stringify({ type: "x.tick", index: reported, message: "one of many" })}\n`);
  }
}, 1000 / perSecond);
