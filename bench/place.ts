// A place to measure in: a fresh folder with a ledger and a worker, whose runners come from dist/, as users have them.

import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { agentIdentity } from "../src/agents/known-agents.ts";
import { parseBenchmark } from "../src/benchmarks/format.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import type { EventData } from "../src/core/events.ts";
import { newRunId } from "../src/core/ids.ts";
import { effectiveLimits } from "../src/core/limits.ts";
import type { Run } from "../src/core/run.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import type { SubjectContent } from "../src/protocol/spec.ts";
import { startWorker, type Worker } from "../src/worker/worker.ts";

export const root = fileURLToPath(new URL("..", import.meta.url));
export const benchmarkFile = "benchmarks/001-sol-transfer.yml";

type Queueable = Pick<EventData<"run.queued">, "kind" | "agent" | "minScore" | "limits" | "seed"> & {
  content: SubjectContent;
};

/** The shipped benchmark, as `run` queues it. */
export function benchmark001(): Queueable {
  const benchmark = parseBenchmark(readFileSync(join(root, benchmarkFile), "utf8"), benchmarkFile);
  return {
    kind: "benchmark",
    content: contentOfBenchmark(benchmark),
    agent: agentIdentity("deterministic"),
    minScore: benchmark.groundTruth.min_score,
    limits: effectiveLimits("benchmark", benchmark.task.limits),
    seed: 7,
  };
}

/** A program that does nothing, as `exec true` queues it. */
export function nothing(): Queueable {
  const content: SubjectContent = {
    v: 1,
    kind: "command",
    id: "exec true",
    public: { argv: ["true"], cwd: tmpdir(), cleanEnv: false },
    secret: {},
  };
  return { kind: "command", content, agent: null, minScore: null, limits: effectiveLimits("command"), seed: null };
}

export type Place = AsyncDisposable & {
  readonly home: string;
  readonly ledger: Ledger;
  readonly worker: Worker;
  /** Queues the run and claims it in the same commit, as `run` does. */
  queue(what: Queueable): Promise<string>;
  /** Supervises a queued run to its end. */
  toEnd(runId: string): Promise<Run>;
};

export type PlaceOptions = { spares: number; keepsSpares: boolean; watch?: (ledger: Ledger) => Ledger };

/** @param options.watch Puts something around the ledger that sees its calls. */
export async function openPlace({ spares, keepsSpares, watch = (ledger) => ledger }: PlaceOptions): Promise<Place> {
  const folder = mkdtempSync(join(tmpdir(), "runledger-bench-"));
  const home = join(folder, ".runledger");
  mkdirSync(home);
  const opened = await openLedger({ url: home, mustExist: false });
  const ledger = watch(opened);
  const runnerUrl = new URL("../dist/runner.cjs", import.meta.url);
  const worker = await startWorker({ ledger, runnerUrl, build: "dist", spares, keepsSpares });
  return {
    home,
    ledger,
    worker,
    async queue(what) {
      const runId = newRunId();
      const digest = await ledger.putBlob(Buffer.from(JSON.stringify(what.content)));
      await ledger.execute(runId, { type: "queue", data: queued(what, digest), claim: worker.newClaim() }, "bench");
      return runId;
    },
    async toEnd(runId) {
      const run = await worker.runToEnd(runId, { env: { PATH: process.env.PATH ?? "" } });
      if (run.status !== "completed") throw new Error(`the run ended ${run.status}: ${run.error?.message}`);
      return run;
    },
    async [Symbol.asyncDispose]() {
      await worker.close();
      await opened.close();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function queued({ kind, content, agent, minScore, limits, seed }: Queueable, digest: string): EventData<"run.queued"> {
  return {
    kind,
    subject: { kind, id: content.id, digest },
    agent,
    name: null,
    params: {},
    seed,
    labels: {},
    priority: "normal",
    limits,
    retryPolicy: { retries: 0, backoffMs: 0, origins: [] },
    experimentId: null,
    trial: 1,
    minScore,
    againOf: null,
    imported: false,
    who: "bench",
  };
}
