// What whole-system tests need: a folder with a ledger of its own, runs on real runners, waiting for facts instead of
// sleeping, and the proof at the end that nothing disagrees and nothing is left.

import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { expect } from "vitest";
import { agentIdentity } from "../src/agents/known-agents.ts";
import { parseBenchmark } from "../src/benchmarks/format.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import { type EventData, isKnown, type LedgerEvent } from "../src/core/events.ts";
import { newRunId } from "../src/core/ids.ts";
import { effectiveLimits, type RunLimitsPatch } from "../src/core/limits.ts";
import type { RunStatus } from "../src/core/moves.ts";
import type { Run } from "../src/core/run.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { TestDatabase } from "../src/ledger/postgres/test-databases.fixture.ts";
import type { SubjectContent } from "../src/protocol/spec.ts";
import { attemptFolder } from "../src/worker/attempt-folder.ts";
import { ProcessesOf } from "../src/worker/processes-of.fixture.ts";
import { settle } from "../src/worker/settle.ts";
import { verifyFiles } from "../src/worker/verify-files.ts";
import { startWorker, type Worker } from "../src/worker/worker.ts";

export const repository = fileURLToPath(new URL("..", import.meta.url));
export const runnerUrl = new URL("../src/runner/main.ts", import.meta.url);
/** How long a test waits for a fact before it gives up, milliseconds. */
const patienceMsDefault = 20_000;

type Queueable = Pick<EventData<"run.queued">, "kind" | "agent" | "minScore" | "limits" | "seed"> & {
  content: SubjectContent;
  /** What the policy tries again, and how long it waits before. */
  origins?: EventData<"run.queued">["retryPolicy"]["origins"];
  backoffMs?: number;
  labels?: Record<string, string>;
  /** Paths that programs of the run must not see. */
  conceal?: string[];
};

/** The first benchmark, as `run` would queue it. */
export function benchmark001(limits: RunLimitsPatch = {}): Queueable {
  const file = join(repository, "benchmarks/001-sol-transfer.yml");
  const benchmark = parseBenchmark(readFileSync(file, "utf8"), file);
  return {
    kind: "benchmark",
    content: contentOfBenchmark(benchmark),
    agent: agentIdentity("deterministic"),
    minScore: benchmark.groundTruth.min_score,
    limits: effectiveLimits("benchmark", benchmark.task.limits, limits),
    seed: 7,
  };
}

/** A program, as `exec` would queue it. */
export function program(argv: string[], limits: RunLimitsPatch = {}): Queueable {
  const content: SubjectContent = {
    v: 1,
    kind: "command",
    id: argv.join(" ").slice(0, 100),
    public: { argv, cwd: tmpdir(), cleanEnv: false },
    secret: {},
  };
  return {
    kind: "command",
    content,
    agent: null,
    minScore: null,
    limits: effectiveLimits("command", limits),
    seed: null,
  };
}

/** A fixture program by its name, run by this Node. */
export function fixture(name: string, ...args: string[]): string[] {
  return [process.execPath, join(repository, "tests/programs", name), ...args];
}

/** Makes the databases of scenes; null: each has an SQLite file in its own folder. */
let newDatabase: (() => Promise<TestDatabase>) | null = null;

/** From here on the ledgers of scenes lie in such databases; null for SQLite files again. */
export function keepScenesIn(make: (() => Promise<TestDatabase>) | null): void {
  newDatabase = make;
}

export class Scene implements AsyncDisposable {
  readonly folder: string;
  readonly #processes: ProcessesOf;
  readonly home: string;
  readonly #database = newDatabase?.() ?? null;
  #ledger: Ledger | null = null;
  readonly #workers: Worker[] = [];

  /** @param options.parent Where the scene's folder is made; the machine's folder for such things if not given. */
  constructor({ parent = tmpdir() }: { parent?: string } = {}) {
    this.folder = mkdtempSync(join(parent, "runledger-scene-"));
    this.home = join(this.folder, ".runledger");
    this.#processes = new ProcessesOf(this.folder);
    // A process that is killed while it writes its coverage leaves half a file, which spoils the whole report.
    delete process.env.NODE_V8_COVERAGE;
    process.env.RUNLEDGER_SESSIONS_DIR = "logs/sessions";
    mkdirSync(this.home, { recursive: true });
  }

  async ledger(): Promise<Ledger> {
    this.#ledger ??= await this.openAgain();
    return this.#ledger;
  }

  /** The same ledger once more, as another process has it; whoever asks closes it. */
  async openAgain(): Promise<Ledger> {
    const database = await this.#database;
    if (database === null) return openLedger({ url: this.home, mustExist: false });
    return openLedger({ url: database.url, mustExist: true, cwd: this.folder });
  }

  /** Closes the ledger, as for a look at its file; the next use opens it again. */
  async closeLedger(): Promise<void> {
    for (const worker of this.#workers.splice(0)) await worker.close();
    await this.#ledger?.close();
    this.#ledger = null;
  }

  async worker({ url = runnerUrl, spares = 0 }: { url?: URL; spares?: number } = {}): Promise<Worker> {
    const worker = await startWorker({ ledger: await this.ledger(), runnerUrl: url, build: "source", spares });
    this.#workers.push(worker);
    return worker;
  }

  /** A runner with a fault: the lines run first, then the real one. `fs` is patchable in them. */
  faultyRunner(name: string, lines: string): URL {
    const path = join(this.folder, `${name}.mjs`);
    const head = `import fs from "node:fs";\nimport { syncBuiltinESMExports } from "node:module";\n`;
    writeFileSync(
      path,
      `${head}${lines}\nsyncBuiltinESMExports();\nawait import(${JSON.stringify(runnerUrl.href)});\n`,
    );
    return pathToFileURL(path);
  }

  /** The command line, in this scene's folder; never throws. */
  async cli(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const bin = join(repository, "bin/runledger.mjs");
    const url = (await this.#database)?.url ?? "";
    const env = { ...process.env, RUNLEDGER_RUNNER: "source", RUNLEDGER_LEDGER: url, NO_COLOR: "1" };
    return new Promise((resolve) => {
      execFile(process.execPath, [bin, ...args], { cwd: this.folder, env }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      });
    });
  }

  /** Queues a run, claimed by the worker if one is given. */
  async queue(what: Queueable, worker: Worker | null, retries = 0): Promise<string> {
    const ledger = await this.ledger();
    const digest = await ledger.putBlob(Buffer.from(JSON.stringify(what.content)));
    const { kind, id } = what.content;
    const id_ = newRunId();
    const data: EventData<"run.queued"> = {
      kind,
      subject: { kind, id, digest, ...(what.conceal === undefined ? {} : { conceal: what.conceal }) },
      agent: what.agent,
      name: null,
      params: {},
      seed: what.seed,
      labels: what.labels ?? {},
      priority: "normal",
      limits: what.limits,
      retryPolicy: {
        retries,
        backoffMs: what.backoffMs ?? 10,
        origins: what.origins ?? ["provider", "environment", "worker", "lost"],
      },
      experimentId: null,
      trial: 1,
      minScore: what.minScore,
      againOf: null,
      imported: false,
      who: "test",
    };
    await ledger.execute(id_, { type: "queue", data, claim: worker?.newClaim() ?? null }, "test");
    return id_;
  }

  /** Queues a run and supervises it to its end. */
  async run(what: Queueable, worker: Worker, retries = 0): Promise<Run> {
    return this.supervise(await this.queue(what, worker, retries), worker);
  }

  supervise(runId: string, worker: Worker): Promise<Run> {
    return worker.runToEnd(runId, { env: { PATH: process.env.PATH ?? "" } });
  }

  async cancel(runId: string, graceMs: number): Promise<Run> {
    return (await (await this.ledger()).execute(runId, { type: "cancel", graceMs }, "test")).run;
  }

  folderOf(runId: string, attempt = 1): string {
    return attemptFolder({ home: this.home, runId, attempt });
  }

  async events(runId: string): Promise<LedgerEvent[]> {
    return (await this.ledger()).readEvents(runId, 0, 100_000);
  }

  async status(runId: string): Promise<Run> {
    const run = await (await this.ledger()).getRun(runId);
    if (run === null) throw new Error(`no run ${runId}`);
    return run;
  }

  /** What is known of the attempt's end, and what it meant. */
  async ending(runId: string, attempt = 1): Promise<EventData<"attempt.ended">> {
    for (const event of await this.events(runId)) {
      if (isKnown(event) && event.type === "attempt.ended" && event.attempt === attempt) return event.data;
    }
    throw new Error(`attempt ${attempt} of run ${runId} has not ended`);
  }

  /** What every command does first. */
  async settle() {
    return settle(await this.ledger());
  }

  /** The run, once somebody who settles finds it in this status. */
  async settledAs(runId: string, status: RunStatus): Promise<Run> {
    return until(`run ${runId} is ${status}`, async () => {
      await this.settle();
      const run = await this.status(runId);
      return run.status === status ? run : null;
    });
  }

  /** Fails unless the ledger, its folds, the journals and the session files agree. */
  async expectVerified(): Promise<void> {
    const ledger = await this.ledger();
    const findings = [];
    for await (const finding of ledger.verify()) findings.push(finding);
    for await (const finding of verifyFiles(ledger)) findings.push(finding);
    expect(findings).toEqual([]);
  }

  /** Living processes that have to do with this scene: by a path in their command line or environment. */
  processes(): number[] {
    return this.#processes.living();
  }

  /** Nothing that was started here may live on; where something does, the test has failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.closeLedger();
      await until(`the processes ${this.processes()} of the scene are gone`, () => this.processes().length === 0);
    } finally {
      for (const pid of this.processes()) process.kill(pid, "SIGKILL");
      await (await this.#database)?.giveBack();
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

/** Does the work for each item, a few at a time, and gives the results in order. */
export async function inParallel<T, R>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const lane = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
  return results;
}

/** Waits until the look gives something; fails with the title after the patience is over. */
export async function until<T>(
  title: string,
  look: () => T | Promise<T>,
  patienceMs = patienceMsDefault,
): Promise<NonNullable<T>> {
  const begunMs = performance.now();
  for (;;) {
    const seen = await look();
    if (seen) return seen;
    if (performance.now() - begunMs > patienceMs) throw new Error(`waited ${patienceMs} ms for: ${title}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
