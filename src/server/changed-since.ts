// Whether a run was of what stands under its benchmark's id now. Contents are compared, not times: a file that was
// touched, or read under another name, is the same.

import { createHash } from "node:crypto";
import type { Benchmark, StepTruth } from "../benchmarks/benchmark.ts";
import { type BenchmarkContent, benchmarkOfContent, contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { canonicalJson, type Json } from "../core/document-value.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { subjectDigest } from "./subject-digest.ts";

/** Contents of which it is remembered what they hold. */
const knownMax = 5_000;

const ofBenchmarks = new WeakMap<Benchmark, string | null>();

/** The same for two benchmarks that hold the same: all that decides how a run goes, and what describes them. */
export function contentMarkOf(benchmark: Benchmark): string | null {
  const known = ofBenchmarks.get(benchmark) ?? markOf(JSON.stringify(contentOfBenchmark(benchmark)));
  ofBenchmarks.set(benchmark, known);
  return known;
}

export class ChangedSince {
  readonly #ledger: Pick<Ledger, "getBlob">;
  /** By the digest of a run's subject. */
  readonly #ofRuns = new Map<string, string | null>();

  constructor(ledger: Pick<Ledger, "getBlob">) {
    this.#ledger = ledger;
  }

  /** Whether the run was of something else than this. Null: there is nothing to compare, here or there. */
  async isOther({ kind, subject }: Pick<Run, "kind" | "subject">, now: Benchmark | null): Promise<boolean | null> {
    if (kind !== "benchmark" || now === null) return null;
    if (subject.digest === subjectDigest(now)) return false;
    const then = await this.#markOfRun(subject.digest);
    return then === null ? null : then !== contentMarkOf(now);
  }

  async #markOfRun(digest: string): Promise<string | null> {
    const known = this.#ofRuns.get(digest);
    if (known !== undefined) return known;
    const bytes = await this.#ledger.getBlob(digest);
    const mark = bytes === null ? null : markOf(Buffer.from(bytes).toString("utf8"));
    if (this.#ofRuns.size >= knownMax) this.#ofRuns.clear();
    this.#ofRuns.set(digest, mark);
    return mark;
  }
}

/** Null for a text that is no benchmark's content. */
function markOf(content: string): string | null {
  try {
    const parsed = JSON.parse(content) as BenchmarkContent & { public: Record<string, Json> };
    const { task, groundTruth, steps, solution } = benchmarkOfContent(parsed);
    const { description = "", tags = [], metadata = {} } = parsed.public;
    const truths = [groundTruth, ...steps.map((step) => step.groundTruth)].map(withoutLines);
    const weights = steps.map(({ weight, solution }) => ({ weight, solution }));
    // Under which name a file was read says nothing about what it holds.
    const parts = [{ ...task, file: "" }, truths, weights, solution, description, tags, metadata];
    return createHash("sha256").update(canonicalJson(parts)).digest("hex");
  } catch {
    return null;
  }
}

/** Where in its file an assertion stands says nothing about what it asserts. */
function withoutLines(truth: StepTruth["groundTruth"]): unknown {
  return truth === null ? null : { ...truth, assertions: truth.assertions.map((one) => ({ ...one, line: null })) };
}
