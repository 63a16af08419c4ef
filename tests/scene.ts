// What whole-system tests need: a folder with a ledger of its own, runs on real runners, waiting for facts instead of
// sleeping, and the proof at the end that nothing disagrees and nothing is left.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { agentIdentity } from "../src/agents/known-agents.ts";
import { parseBenchmark } from "../src/benchmarks/format.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import type { EventData, LedgerEvent } from "../src/core/events.ts";
import { newRunId } from "../src/core/ids.ts";
import { effectiveLimits, type RunLimitsPatch } from "../src/core/limits.ts";
import type { Run } from "../src/core/run.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { SubjectContent } from "../src/protocol/spec.ts";
import { attemptFolder } from "../src/worker/attempt-folder.ts";
import { settle } from "../src/worker/settle.ts";
import { verifyFiles } from "../src/worker/verify-files.ts";
import { startWorker, type Worker } from "../src/worker/worker.ts";

export const repository = fileURLToPath(new URL("..", import.meta.url));
export const runnerUrl = new URL("../src/runner/main.ts", import.meta.url);
/** How long a test waits for a fact before it gives up, milliseconds. */
export const patienceMs = 20_000;

type Queueable = Pick<EventData<"run.queued">, "kind" | "agent" | "minScore" | "limits" | "seed"> & { content: SubjectContent };

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
  const content: SubjectContent = { v: 1, kind: "command", id: argv.join(" ").slice(0, 100), public: { argv, cwd: tmpdir(), cleanEnv: false }, secret: {} };
  return { kind: "command", content, agent: null, minScore: null, limits: effectiveLimits("command", limits), seed: null };
}

/** A fixture program by its name, run by this Node. */
export function fixture(name: string, ...args: string[]): string[] {
  return [process.execPath, join(repository, "tests/programs", name), ...args];
}

export class Scene implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "runledger-scene-"));
  readonly home = join(this.folder, ".runledger");
  #ledger: Ledger | null = null;
  readonly #workers: Worker[] = [];

  constructor() {
    process.env.RUNLEDGER_SESSIONS_DIR = "logs/sessions";
    mkdirSync(this.home, { recursive: true });
  }

  async ledger(): Promise<Ledger> {
    this.#ledger ??= await openLedger({ url: this.home, mustExist: false });
    return this.#ledger;
  }

  async worker(url: URL = runnerUrl): Promise<Worker> {
    const worker = await startWorker({ ledger: await this.ledger(), runnerUrl: url, build: "source", spares: 1 });
    this.#workers.push(worker);
    return worker;
  }

  /** Queues a run, claimed by the worker if one is given. */
  async queue(what: Queueable, worker: Worker | null, retries = 0): Promise<string> {
    const ledger = await this.ledger();
    const digest = await ledger.putBlob(Buffer.from(JSON.stringify(what.content)));
    const { kind, id } = what.content;
    const id_ = newRunId();
    const data: EventData<"run.queued"> = {
      kind,
      subject: { kind, id, digest },
      agent: what.agent,
      name: null,
      params: {},
      seed: what.seed,
      labels: {},
      priority: "normal",
      limits: what.limits,
      retryPolicy: { retries, backoffMs: 10, origins: ["provider", "environment", "worker", "lost"] },
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
  async run(what: Queueable, worker: Worker, env: Record<string, string> = {}): Promise<Run> {
    const runId = await this.queue(what, worker);
    return worker.runToEnd(runId, { env: { PATH: process.env.PATH ?? "", ...env } });
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

  /** What every command does first. */
  async settle() {
    return settle(await this.ledger());
  }

  /** Fails unless the ledger, its folds, the journals and the session files agree. */
  async expectVerified(): Promise<void> {
    const ledger = await this.ledger();
    const findings = [];
    for await (const finding of ledger.verify()) findings.push(finding);
    for await (const finding of verifyFiles(ledger)) findings.push(finding);
    expect(findings).toEqual([]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker.close();
    await this.#ledger?.close();
    rmSync(this.folder, { recursive: true, force: true });
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
