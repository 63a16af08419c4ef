// Supervises a run on a disk that is filled meanwhile; to be started in a mount namespace of its own. Mounts a small
// disk on the folder, fills it once the program of the run is there, lets the runner end, and makes room again, or
// leaves that to the ballast. Prints what came of it as one line of JSON. Arguments: folder, mebibytes of the disk.
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, rmSync, statfsSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { newRunId } from "../../src/core/ids.ts";
import { effectiveLimits } from "../../src/core/limits.ts";
import { openLedger } from "../../src/ledger/open-ledger.ts";
import { attemptFolder } from "../../src/worker/attempt-folder.ts";
import { startWorker } from "../../src/worker/worker.ts";

const [folder = "", mebibytes = "", end = "", program = ""] = process.argv.slice(2);
setTimeout(() => process.exit(1), 30_000).unref();
execFileSync("mount", ["-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", folder]);
process.env.RUNLEDGER_SESSIONS_DIR = "none";
const home = join(folder, ".runledger");
await using ledger = await openLedger({ url: home, mustExist: false });
const runnerUrl = new URL("../../src/runner/main.ts", import.meta.url);
await using worker = await startWorker({ ledger, runnerUrl, build: "source", spares: 0 });
const runId = newRunId();
const content = {
  v: 1,
  kind: "command",
  id: "x",
  public: { argv: [process.execPath, program, end, "512"], cwd: "/", cleanEnv: false },
  secret: {},
};
const digest = await ledger.putBlob(Buffer.from(JSON.stringify(content)));
const queued = {
  kind: "command" as const,
  subject: { kind: "command" as const, id: "x", digest },
  ...{ agent: null, name: null, params: {}, seed: null, labels: {}, priority: "normal" as const },
  limits: effectiveLimits("command"),
  retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
  ...{ experimentId: null, trial: 1, minScore: null, againOf: null, imported: false, who: "test" },
};
await ledger.execute(runId, { type: "queue", data: queued, claim: worker.newClaim() }, "test");
const ended = worker.runToEnd(runId, { env: { PATH: process.env.PATH ?? "" } });
const stdout = join(attemptFolder({ home, runId, attempt: 1 }), "stdout.log");
while (!existsSync(stdout) || !readFileSync(stdout, "utf8").includes("ready")) await wait(5);
while ((await ledger.getRun(runId))?.status !== "running") await wait(5);
const ballast = join(home, "ballast");
while (Number(mebibytes) > 256 && !existsSync(ballast)) await wait(5);
emptyLog();
const filler = fill();
writeFileSync(end, "");
// Time enough for the runner to meet the full disk, and for the supervisor to try in vain.
await wait(1_000);
const before = (await ledger.getRun(runId).catch(() => null))?.status ?? null;
if (!existsSync(ballast) && Number(mebibytes) <= 256) rmSync(filler);
const run = await ended;
const findings: unknown[] = [];
for await (const finding of ledger.verify()) findings.push(finding);
process.stdout.write(`${JSON.stringify({ before, status: run.status, error: run.error?.code ?? null, findings })}\n`);

/** The write-ahead log keeps the room that it once had; without it the next commit needs new room. */
function emptyLog(): void {
  using database = new DatabaseSync(join(home, "ledger.sqlite"));
  database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
}

/** Takes every byte that is left, and says where. */
function fill(): string {
  const path = join(folder, "filler");
  const file = openSync(path, "w");
  for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
    const block = Buffer.alloc(size, 1);
    try {
      while (writeSync(file, block) > 0 && statfsSync(folder).bavail >= 0);
    } catch {
      // No room for so much; perhaps for half of it.
    }
  }
  closeSync(file);
  return path;
}
