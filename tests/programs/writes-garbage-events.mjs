// Appends good lines, bad lines and bytes that are no text to its event file, and exits with 0.
import { appendFileSync } from "node:fs";

const file = process.env.RUNLEDGER_EVENTS;
appendFileSync(file, '{"type":"progress","done":1,"total":2}\n');
appendFileSync(file, "not json at all\n");
appendFileSync(file, Buffer.from([0xff, 0xfe, 0x00, 0x0a]));
appendFileSync(file, '{"type":"run.completed","score":1}\n');
appendFileSync(file, '[1,2,3]\n\n{"type":"score","score":7}\n');
appendFileSync(file, '{"type":"progress","done":2,"total":2}\n{"type":"progress","do');
