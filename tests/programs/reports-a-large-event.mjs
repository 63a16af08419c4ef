// Reports one event of a type of its own that is larger than an event may be, and exits with 0.
import { appendFileSync } from "node:fs";

const rows = Array.from({ length: 3_000 }, (_, index) => ({ index, text: "as long as it takes to be too large" }));
appendFileSync(process.env.RUNLEDGER_EVENTS, `${JSON.stringify({ type: "x.table", rows })}\n`);
