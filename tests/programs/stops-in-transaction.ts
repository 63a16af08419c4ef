// Takes the write lock of an SQLite database, changes something, and is stopped there for good.

import { writeSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const db = new DatabaseSync(process.argv[2] ?? "", { timeout: 5_000 });
db.exec("BEGIN IMMEDIATE; DELETE FROM events");
writeSync(1, "held\n");
process.kill(process.pid, "SIGSTOP");
