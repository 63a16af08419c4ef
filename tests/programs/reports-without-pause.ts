// A runner that writes 100,000 records into its journal as fast as it can, and then that it has finished.
import { openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { holdFileLock } from "../../src/protocol/file-lock.ts";
import { encodeRecord, finishType, journalStart } from "../../src/protocol/journal.ts";
import type { Assignment } from "../../src/protocol/spec.ts";

const records = 100_000;
holdFileLock(process.argv[2] ?? "");
const message = await text(new Socket({ fd: 3, readable: true, writable: false }));
if (message === "") process.exit(0);
const { attemptDir } = JSON.parse(message) as Assignment;
const journal = openSync(join(attemptDir, "journal.jsonl"), "ax");
let { n, crc } = journalStart;
const line = (type: string, data: object): string => {
  n += 1;
  const at = new Date().toISOString();
  const record = encodeRecord({ n, at, type, dataText: JSON.stringify(data), previousCrc: crc });
  crc = record.crc;
  return record.line;
};
const versions = { node: process.versions.node };
writeSync(
  journal,
  line("attempt.started", { pid: process.pid, startTicks: 0, containment: null, build: "b", spare: true, versions }),
);
const filler = "x".repeat(100);
for (let from = 0; from < records; from += 500) {
  let lines = "";
  for (let index = from; index < from + 500; index += 1) {
    lines += line("log.written", { level: "info", message: `${index} ${filler}` });
  }
  writeSync(journal, lines);
}
writeSync(journal, line(finishType, { outcome: "completed", error: null, checkpoint: null, isByCancel: false }));
process.exit(0);
