// A folder with a ledger of its own, and workers and runners of this process in it: what the tests of one file of this
// folder need to meet a fault that otherwise only a process that is killed would meet.

import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Claim } from "../core/decide.ts";
import { type EventData, isKnown } from "../core/events.ts";
import { newRunId } from "../core/ids.ts";
import { effectiveLimits, type RunLimitsPatch } from "../core/limits.ts";
import type { Run } from "../core/run.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openLedger } from "../ledger/open-ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { SubjectContent } from "../protocol/spec.ts";
import { journalText, type Line, queuedData } from "./attempt-folder.fixture.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { readPlace } from "./process-facts.ts";
import { ProcessesOf } from "./processes-of.fixture.ts";
import { takeOverSilent } from "./take-over.ts";
import { verifyFiles } from "./verify-files.ts";
import { startWorker, type Worker } from "./worker.ts";

/** The real runner, from its sources. */
export const runnerUrl = new URL("../runner/main.ts", import.meta.url);
const programs = fileURLToPath(new URL("../../tests/programs/", import.meta.url));
/** The environment that a program of a run gets. */
export const programEnv = { PATH: process.env.PATH ?? "" };
/** How long a test waits for a fact before it gives up, milliseconds. */
const patienceMs = 60_000;

/** A program of the tests by its name, run by this Node. */
export function programNamed(name: string, ...args: string[]): string[] {
  return [process.execPath, join(programs, name), ...args];
}

export type ToQueue = {
  argv?: string[];
  limits?: RunLimitsPatch;
  /** How many tries more the policy allows, and after how long. */
  retries?: number;
  backoffMs?: number;
  claim?: Claim | null;
  digest?: string;
};

export class Worksite implements AsyncDisposable {
  readonly folder: string;
  readonly ledger: Ledger;
  readonly #processes: ProcessesOf;
  readonly #workers: Worker[] = [];

  private constructor(folder: string, ledger: Ledger) {
    this.folder = folder;
    this.ledger = ledger;
    this.#processes = new ProcessesOf(folder);
  }

  static async open(): Promise<Worksite> {
    const folder = mkdtempSync(join(tmpdir(), "runledger-worksite-"));
    // A process that is killed while it writes its coverage leaves half a file, which spoils the whole report.
    delete process.env.NODE_V8_COVERAGE;
    process.env.RUNLEDGER_SESSIONS_DIR = "logs/sessions";
    return new Worksite(folder, await openLedger({ url: join(folder, ".runledger"), mustExist: false }));
  }

  /** A runner with lines of a test's own before the real one. */
  runnerWith(lines: string): URL {
    const path = join(this.folder, "runner.mjs");
    writeFileSync(path, `import fs from "node:fs";\n${lines}\nawait import(${JSON.stringify(runnerUrl.href)});\n`);
    return pathToFileURL(path);
  }

  /** Queues a run of a program, which only needs one if it is to begin. */
  async queue({ argv = ["true"], limits = {}, retries = 0, backoffMs = 10, claim = null, digest }: ToQueue = {}) {
    const id = argv.join(" ").slice(0, 100);
    const content: SubjectContent = {
      ...{ v: 1, kind: "command", id },
      ...{ public: { argv, cwd: tmpdir(), cleanEnv: false }, secret: {} },
    };
    const kept = digest ?? (await this.ledger.putBlob(Buffer.from(JSON.stringify(content))));
    const data: EventData<"run.queued"> = queuedData({
      ...{ kind: "command", subject: { kind: "command", id, digest: kept }, agent: null, seed: null, minScore: null },
      limits: effectiveLimits("command", limits),
      retryPolicy: { retries, backoffMs, origins: ["worker", "lost", "runner"] },
    });
    const runId = newRunId();
    await this.ledger.execute(runId, { type: "queue", data, claim }, "test");
    return runId;
  }

  /** A run that a worker has claimed whose process is gone; `lines` is what its runner wrote, null if none ever began. */
  async abandoned(lines: readonly Line[] | null, what: ToQueue = {}): Promise<{ runId: string; folder: string }> {
    const claim = { worker: `worker-${newRunId()}`, place: readPlace(), claimId: `claim-${newRunId()}` };
    const runId = await this.queue({ ...what, claim });
    const folder = this.folderOf(runId);
    if (lines !== null) {
      mkdirSync(folder, { recursive: true });
      appendFileSync(join(folder, attemptFiles.journal), journalText(lines));
    }
    return { runId, folder };
  }

  folderOf(runId: string, attempt = 1): string {
    return attemptFolder({ home: this.ledger.home, runId, attempt });
  }

  async run(runId: string): Promise<Run> {
    const run = await this.ledger.getRun(runId);
    if (run === null) throw new Error(`there is no run ${runId}`);
    return run;
  }

  /** The run, once it is so. */
  async runOnce(title: string, runId: string, isSo: (run: Run) => boolean): Promise<Run> {
    return until(`run ${runId} ${title}`, async () => {
      const run = await this.run(runId);
      return isSo(run) ? run : null;
    });
  }

  async ending(runId: string, attempt = 1): Promise<EventData<"attempt.ended">> {
    for (const event of await this.ledger.readEvents(runId, 0, 10_000)) {
      if (isKnown(event) && event.type === "attempt.ended" && event.attempt === attempt) return event.data;
    }
    throw new Error(`attempt ${attempt} of run ${runId} has not ended`);
  }

  /** Has another host, which shares the ledger, find the worker of this run silent, and take its runs over. */
  async takeOver(runId: string): Promise<void> {
    const { attempt } = await this.run(runId);
    const silentWorkers = async () => (attempt === null ? [] : [attempt.worker]);
    await takeOverSilent(withMembers(this.ledger, { takeoverAfterMs: systemLimits.takeoverAfterMs, silentWorkers }));
  }

  /** What of ledger, folds, journals and session files disagrees. */
  async findings(): Promise<unknown[]> {
    const findings: unknown[] = [];
    for await (const finding of this.ledger.verify()) findings.push(finding);
    for await (const finding of verifyFiles(this.ledger)) findings.push(finding);
    return findings;
  }

  /** Resolves when the program of this run has said that it is there. */
  async isReady(runId: string): Promise<void> {
    const path = join(this.folderOf(runId), attemptFiles.stdout);
    await until(`the program of run ${runId} says ready`, () => textOf(path).includes("ready"));
  }

  /** A worker of this process, until the place is given up; `members` are faults of the ledger as it has it. */
  async worker({ members = {}, spares = 0 }: { members?: Partial<Ledger>; spares?: number } = {}): Promise<Worker> {
    const ledger = withMembers(this.ledger, members);
    const worker = await startWorker({ ledger, runnerUrl, build: "source", spares });
    this.#workers.push(worker);
    return worker;
  }

  /** Living processes that name this folder in their command line or environment. */
  processes(): number[] {
    return this.#processes.living();
  }

  /** Nothing that was started here may live on. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      for (const worker of this.#workers) await worker.close();
      await this.ledger.close();
      await until(`the processes ${this.processes()} are gone`, () => this.processes().length === 0);
    } finally {
      for (const pid of this.processes()) killIfThere(pid);
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** The ledger itself, but for what is put in the place of some of its members: a fault at a moment that a test chooses. */
export function withMembers(ledger: Ledger, members: Partial<Ledger>): Ledger {
  return new Proxy(ledger, {
    get(target, name) {
      if (Object.hasOwn(members, name)) return Reflect.get(members, name);
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** With its runner a program dies before its turn comes. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

/** Waits until the look gives something; fails with the title after the patience is over. */
export async function until<T>(title: string, look: () => T | Promise<T>): Promise<NonNullable<T>> {
  const begunMs = performance.now();
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() - begunMs > patienceMs) throw new Error(`waited ${patienceMs} ms for: ${title}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
