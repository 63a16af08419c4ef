// Feeds mutated benchmark files to the parser: each must come back as benchmarks or as an expected error, in time.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { filesBeside, type ReadFiles } from "../../src/benchmarks/files-beside.ts";
import { parseBenchmarks } from "../../src/benchmarks/format.ts";
import { findBenchmarkFiles } from "../../src/benchmarks/load.ts";
import { RunledgerError } from "../../src/core/errors.ts";

export type FuzzResult = {
  parsed: number;
  refused: number;
  /** The longest that one file took. */
  slowestMs: number;
  /** Texts on which the parser broke, with what it threw or how long it took. */
  broken: { text: string; why: string }[];
};

/** A file that takes longer than this is a hang in the making. */
const fileMsMax = 2_000;
const brokenMax = 5;

/** @param options.seed Gives the same texts each time. */
export function fuzzFormat(options: { count: number; seed: number }): FuzzResult {
  const corpus = shippedFiles();
  const random = randomFrom(options.seed);
  const result: FuzzResult = { parsed: 0, refused: 0, slowestMs: 0, broken: [] };
  for (let done = 0; done < options.count && result.broken.length < brokenMax; done += 1) {
    const sample = pick(corpus, random);
    let text = sample.text;
    for (let times = 1 + Math.floor(random() * 4); times > 0; times -= 1) text = mutated(text, corpus, random);
    const begunMs = performance.now();
    const why = parseOnce(text, sample, result);
    const ms = performance.now() - begunMs;
    result.slowestMs = Math.max(result.slowestMs, ms);
    if (why !== null) result.broken.push({ text, why });
    else if (ms > fileMsMax) result.broken.push({ text, why: `took ${Math.round(ms)} ms` });
  }
  return result;
}

type Sample = { file: string; text: string; files: ReadFiles };

function parseOnce(text: string, { file, files }: Sample, result: FuzzResult): string | null {
  try {
    parseBenchmarks(text, file, files);
    result.parsed += 1;
    return null;
  } catch (error) {
    result.refused += 1;
    if (error instanceof RunledgerError && /^benchmark\./.test(error.code) && error.message !== "") return null;
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}

function shippedFiles(): Sample[] {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const found = findBenchmarkFiles(["benchmarks"], root);
  return found.map(({ file, path }) => ({ file, text: readFileSync(path, "utf8"), files: filesBeside(path) }));
}

/** What breaks parsers: marks of YAML and JSON, numbers at the edge, names of this format in wrong places. */
const pieces = [
  ...[
    "{",
    "}",
    "[",
    "]",
    ":",
    "- ",
    "? ",
    "| ",
    "> ",
    "&a ",
    "*a",
    "<<: *a",
    "!!map ",
    "!x ",
    "%TAG",
    "---\n",
    "...\n",
  ],
  ...[
    "'",
    '"',
    "\\",
    "#",
    "\t",
    "\r",
    "\0",
    "\u2028",
    "\ud800",
    "\ufeff",
    "{{x}}",
    "{{",
    "}}",
    "$ref",
    "{$ref: steps.a.b}",
  ],
  ...[
    "0",
    "-1",
    "1e999",
    "0x10",
    ".nan",
    "18446744073709551616",
    "null",
    "true",
    "~",
    '""',
    "__proto__",
    "constructor",
  ],
  ...[
    "type: Equals",
    "flow: []",
    "cases: [{id: a}]",
    "cases_file: x.csv",
    "environment: text",
    "ground_truth: 1",
    "as: a",
  ],
];

function mutated(text: string, corpus: readonly Sample[], random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const end = Math.min(text.length, at + Math.floor(random() ** 3 * 200));
  const [before, cut, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  const lines = text.split("\n");
  switch (Math.floor(random() * 8)) {
    case 0:
      return before + pick(pieces, random) + text.slice(at);
    case 1:
      return before + after;
    case 2:
      return before + cut + cut + after;
    case 3:
      return before + pick(pieces, random) + after;
    case 4:
      return before + String.fromCharCode(Math.floor(random() * 256)) + text.slice(at + 1);
    case 5: {
      const other = pick(corpus, random).text.split("\n");
      const from = Math.floor(random() * other.length);
      return [
        ...lines.slice(0, at % lines.length),
        ...other.slice(from, from + 5),
        ...lines.slice(at % lines.length),
      ].join("\n");
    }
    case 6:
      return lines.map((line, index) => (index === at % lines.length ? `  ${line}` : line)).join("\n");
    default:
      return lines.filter((_, index) => index !== at % lines.length).join("\n");
  }
}

function pick<T>(some: readonly T[], random: () => number): T {
  return some[Math.floor(random() * some.length)] as T;
}

/** mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
