// Reports steps through its event file and leaves a line for each in a witness file, then exits with a code.
// Arguments: witness file, steps, code.
import { appendFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";

const [witness = "", steps, code] = process.argv.slice(2);
const { RUNLEDGER_EVENTS = "", RUNLEDGER_RUN_ID, RUNLEDGER_ATTEMPT } = process.env;
for (let step = 1; step <= Number(steps); step += 1) {
  appendFileSync(RUNLEDGER_EVENTS, `${JSON.stringify({ type: "step", name: `step-${step}`, state: "started" })}\n`);
  appendFileSync(witness, `/runs/${RUNLEDGER_RUN_ID}/${RUNLEDGER_ATTEMPT}.work step-${step}\n`);
  appendFileSync(RUNLEDGER_EVENTS, `${JSON.stringify({ type: "step", name: `step-${step}`, state: "completed" })}\n`);
  await wait(10);
}
process.exit(Number(code));
