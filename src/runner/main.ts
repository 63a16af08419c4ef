// The runner: the process of one attempt. It boots as a spare that has loaded nothing but Node's own modules, waits on
// its pipe for an assignment, makes the journal, does the work and says how it ended. It has no database connection.

import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { uptime } from "node:os";
import { Worker } from "node:worker_threads";
import { holdFileLock } from "../protocol/file-lock.ts";
import type { Assignment, Finish } from "../protocol/spec.ts";
import type { Control } from "./control.ts";
import type { Journal } from "./emit.ts";
import type { WatchdogData } from "./watchdog.ts";

/** The pipe through which a worker hands over the assignment, keys and ground truth. */
const assignmentFd = 3;
/** How long a runner may wait for handles that its work left open, after its finish record. */
const lingerMs = 200;

const lockPath = process.argv[2];
if (lockPath === undefined) {
  process.stderr.write("this is the runner of one attempt; runledger starts it by itself\n");
  process.exit(2);
}
// Taken before the assignment is read: who looks at a runner that could have begun always finds the lock held.
const lock = holdFileLock(lockPath);
const line = await assignmentLine();
if (line === null) {
  lock.release();
  process.exit(0);
}
await attempt(JSON.parse(line) as Assignment);

/** The one line that comes through the pipe; null if it closes before, which ends a spare that nobody wants. */
async function assignmentLine(): Promise<string | null> {
  const pipe = new Socket({ fd: assignmentFd, readable: true, writable: false });
  const parts: Buffer[] = [];
  for await (const part of pipe) {
    parts.push(part as Buffer);
    if ((part as Buffer).includes(0x0a)) break;
  }
  pipe.destroy();
  const text = Buffer.concat(parts).toString("utf8");
  return text.endsWith("\n") ? text : null;
}

async function attempt(assignment: Assignment): Promise<void> {
  const [{ createJournal }, { followControl }] = await Promise.all([import("./emit.ts"), import("./control.ts")]);
  const { attemptDir, claimId } = assignment;
  const journal = createJournal(attemptDir);
  // Somebody has concluded this attempt already: nothing may run.
  if (journal === null) process.exit(0);
  const control = followControl(attemptDir, claimId);
  await journal.emit("attempt.started", {
    pid: process.pid,
    startTicks: ownStartTicks(),
    containment: assignment.containment,
    build: assignment.build,
    spare: assignment.isSpare,
    versions: { node: process.versions.node },
  });
  startWatchdog(assignment, control);
  process.on("SIGTERM", () => undefined);
  const finish = await work(assignment, journal, control);
  await journal.emit("attempt.finished", finish);
  control.close();
  setTimeout(() => process.exit(0), lingerMs).unref();
}

/** Does what the assignment says. What the work throws is a bug of ours, and recorded as one. */
async function work(assignment: Assignment, journal: Journal, control: Control): Promise<Finish> {
  try {
    const { runAssignment } = await import("./run-assignment.ts");
    return await runAssignment({ assignment, emit: journal.emit, control });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const failure = { code: "runner.crashed", origin: "runner", message };
    return { outcome: "failed", error: failure, checkpoint: null, isByCancel: control.state() === "cancel" };
  }
}

function startWatchdog({ attemptDir, spec }: Assignment, control: Control): void {
  const self = import.meta.url;
  const data: WatchdogData = {
    attemptDir,
    wallS: spec.limits.wall_s ?? null,
    orphanS: spec.limits.orphan_s ?? null,
    graceS: spec.limits.grace_s ?? 0,
    startedUptimeS: uptime(),
  };
  const file = self.endsWith(".ts") ? "./watchdog.ts" : "./watchdog.mjs";
  const watchdog = new Worker(new URL(file, self), { workerData: data });
  watchdog.on("message", () => control.orphan(data.graceS * 1000));
  watchdog.unref();
}

/** Start time of this process in clock ticks since boot: field 22 of its stat line, counted after the name. */
function ownStartTicks(): number {
  const stat = readFileSync("/proc/self/stat", "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
}
