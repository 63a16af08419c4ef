// The runner: the process of one attempt. It boots with no package but Node's own modules, gets ready for the work that is
// likely to come while it waits on its pipe for an assignment, makes the journal, does the work and says how it ended.
// It has no database connection.

import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { uptime } from "node:os";
import type { Worker } from "node:worker_threads";
import { holdFileLock } from "../protocol/file-lock.ts";
import type { Assignment, Finish } from "../protocol/spec.ts";
import { type Control, followControl } from "./control.ts";
import { createJournal, type Journal } from "./emit.ts";
import { runAssignment } from "./run-assignment.ts";
import type { WatchdogData } from "./watchdog.ts";

/** Of a kind of work: users' programs, which run in processes of their own. */
const programs = "command";

/**
 * A runner of a program executes nobody's code but its own, and none of that takes long: so late, milliseconds, begins
 * the thread that guards against code that never comes back. It costs as much as the rest of a short run together.
 */
const watchdogDelayMs = 1_000;

/** The pipe through which a worker hands over the assignment, keys and ground truth. */
const assignmentFd = 3;

// The second, which only a spare gets, names the work that it should be ready for.
const [lockPath, likelyWork] = process.argv.slice(2);
if (lockPath === undefined) {
  process.stderr.write("this is the runner of one attempt; runledger starts it by itself\n");
  process.exit(2);
}
// Taken before the assignment is read: who looks at a runner that could have begun always finds the lock held.
const lock = holdFileLock(lockPath);
// A spare for programs can wait for it: see setWatchdog.
let watchdog = likelyWork === programs ? null : bootWatchdog();
void live();

/** Waits for the one assignment and does it. */
async function live(): Promise<void> {
  const isAssigned = new AbortController();
  void getReady(likelyWork, isAssigned.signal);
  const line = await assignmentLine();
  isAssigned.abort();
  if (line === null) {
    lock.release();
    process.exit(0);
  }
  await attempt(JSON.parse(line) as Assignment);
}

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

/** What fails here fails again, and is recorded, when the work itself needs it. */
async function getReady(work: string | undefined, signal: AbortSignal): Promise<void> {
  try {
    if (work === undefined) return;
    if (work === programs) await import("./command-assignment.ts");
    else await (await import("./rehearse.ts")).rehearse(work, signal);
  } catch {}
}

async function attempt(assignment: Assignment): Promise<void> {
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
  setWatchdog(assignment, control);
  process.on("SIGTERM", () => undefined);
  const finish = await work(assignment, journal, control);
  await journal.emit("attempt.finished", finish);
  // Nothing follows the finish record, whatever the work has left open.
  process.exit(0);
}

/** Does what the assignment says. What the work throws is a bug of ours, and recorded as one. */
async function work(assignment: Assignment, journal: Journal, control: Control): Promise<Finish> {
  try {
    return await runAssignment({ assignment, emit: journal.emit, control });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const failure = { code: "runner.crashed", origin: "runner", message };
    return { outcome: "failed", error: failure, checkpoint: null, isByCancel: control.state() === "cancel" };
  }
}

/** Its thread holds no limit before it is told which. */
function bootWatchdog(): Worker {
  const self = import.meta.url;
  // Loaded here: most runners of programs never need it.
  const { Worker } = process.getBuiltinModule("node:worker_threads");
  const thread = new Worker(new URL(self.endsWith(".ts") ? "./watchdog.ts" : "./watchdog.mjs", self));
  thread.unref();
  return thread;
}

function setWatchdog({ attemptDir, spec, endsAloneS }: Assignment, control: Control): void {
  const startedUptimeS = uptime();
  const data: WatchdogData = {
    attemptDir,
    wallS: spec.limits.wall_s ?? null,
    orphanS: spec.limits.orphan_s ?? null,
    // One that an older worker handed over has no such field.
    endsAloneS: endsAloneS ?? null,
    graceS: spec.limits.grace_s ?? 0,
    startedUptimeS,
  };
  const tell = (): void => {
    watchdog ??= bootWatchdog();
    watchdog.on("message", () => control.orphan(data.graceS * 1000));
    watchdog.unref();
    watchdog.postMessage(data);
  };
  if (watchdog === null && spec.kind === programs) setTimeout(tell, watchdogDelayMs).unref();
  else tell();
}

/** Start time of this process in clock ticks since boot: field 22 of its stat line, counted after the name. */
function ownStartTicks(): number {
  const stat = readFileSync("/proc/self/stat", "latin1");
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
}
