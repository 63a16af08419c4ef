// Whether a run was of what its benchmark is now: by content, and unknown where there is nothing to compare.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { Benchmark } from "../benchmarks/benchmark.ts";
import { noFilesBeside } from "../benchmarks/files-beside.ts";
import { parseBenchmarks } from "../benchmarks/format.ts";
import { contentOfBenchmark } from "../benchmarks/subject-content.ts";
import { makeStream, queuedBenchmark, queuedProgram } from "../views/made-events.ts";
import { ChangedSince } from "./changed-since.ts";
import { subjectDigest } from "./subject-digest.ts";

const yaml = readFileSync(fileURLToPath(new URL("../../benchmarks/001-sol-transfer.yml", import.meta.url)), "utf8");

function parsed(text: string, file = "001-sol-transfer.yml"): Benchmark {
  const [benchmark] = parseBenchmarks(text, file, noFilesBeside());
  if (benchmark === undefined) throw new Error("the file has a benchmark");
  return benchmark;
}

const now = parsed(yaml);
const runOf = (digest: string) => ({
  ...makeStream(queuedBenchmark).run,
  subject: { kind: "benchmark" as const, id: now.id, digest },
});
const contents = (text: string | null) => ({
  reads: 0,
  async getBlob() {
    this.reads += 1;
    return text === null ? null : Buffer.from(text);
  },
});

test("a run of the same digest is of the same, and nothing is read for it", async () => {
  const ledger = contents(null);
  expect(await new ChangedSince(ledger).isOther(runOf(subjectDigest(now)), now)).toBe(false);
  expect(ledger.reads).toBe(0);
});

test("the same content in another folder is the same; another prompt, truth or description is not", async () => {
  const other = `sha256:${"0".repeat(64)}`;
  const same = contents(
    JSON.stringify(contentOfBenchmark(parsed(`# touched\n\n${yaml}`, "elsewhere/001-sol-transfer.yml"))),
  );
  const changes = new ChangedSince(same);
  expect(await changes.isOther(runOf(other), now)).toBe(false);
  expect(await changes.isOther(runOf(other), now)).toBe(false);
  expect(same.reads).toBe(1);
  for (const [from, to] of [
    ["100000000", "100000001"],
    ["description: ", "description: another. "],
  ] as const) {
    const changed = contents(JSON.stringify(contentOfBenchmark(parsed(yaml.replaceAll(from, to)))));
    expect(await new ChangedSince(changed).isOther(runOf(other), now), from).toBe(true);
  }
});

test("where a content is lost, cannot be read, or is of no file, it is not known, and never called changed", async () => {
  const other = runOf(`sha256:${"0".repeat(64)}`);
  for (const text of [null, "no JSON", "{}"]) {
    expect(await new ChangedSince(contents(text)).isOther(other, now), String(text)).toBe(null);
  }
  expect(await new ChangedSince(contents(null)).isOther(other, null)).toBe(null);
  expect(await new ChangedSince(contents(null)).isOther(makeStream(queuedProgram).run, now)).toBe(null);
});
