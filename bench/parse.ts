// How fast benchmark files are parsed and checked, in one thread, against what the YAML library alone takes for the same
// texts. Measured in processor time, which other work on the machine changes much less than it changes durations.

import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import { filesBeside } from "../src/benchmarks/files-beside.ts";
import { parseBenchmarks } from "../src/benchmarks/format.ts";
import { findBenchmarkFiles } from "../src/benchmarks/load.ts";
import { figureOf, pairedRatio, takeTurns } from "./measure.ts";
import { root } from "./place.ts";
import { type Report, row } from "./report.ts";

const filesPerSecondMin = 5_000;
const rounds = 25;
const filesARound = 200;

type Source = { file: string; path: string; text: string };

export async function benchParse(): Promise<Report[]> {
  const all = findBenchmarkFiles(["benchmarks"], root).map((one) => ({ ...one, text: readFileSync(one.path, "utf8") }));
  const first = all.filter(({ file }) => file.endsWith("001-sol-transfer.yml"));
  const rows = [...(await rowsOf("001-sol-transfer.yml", first)), ...(await rowsOf("the shipped suite, a file", all))];
  return [{ title: "parse and check of benchmark files, processor time in one thread", rows }];
}

async function rowsOf(name: string, files: Source[]): Promise<Report["rows"]> {
  // The first turns are the compiler's.
  const measures = {
    library: async () => spentMs(files, ({ text }) => parseDocument(text, libraryOptions())),
    whole: async () => spentMs(files, ({ text, file, path }) => parseBenchmarks(text, file, filesBeside(path))),
  };
  await takeTurns(3, measures);
  const took = await takeTurns(rounds, measures);
  const [library, whole] = [figureOf(took.library).median, figureOf(took.whole).median];
  const aSecond = 1_000 / whole;
  const budget = { words: `>= ${filesPerSecondMin} files a second`, isMet: aSecond >= filesPerSecondMin };
  return [
    row(`${name}: the YAML library alone`, `${library.toFixed(3)} ms`, 1),
    {
      ...row(
        `${name}: parse and check`,
        `${whole.toFixed(3)} ms, ${aSecond.toFixed(0)} a second`,
        pairedRatio(took.whole, took.library),
      ),
      ...(files.length === 1 ? { budget } : {}),
    },
  ];
}

/** As the product asks the library. */
function libraryOptions() {
  return { version: "1.2", intAsBigInt: true, prettyErrors: false, lineCounter: new LineCounter() } as const;
}

/** Processor time of one file, in the mean over some. */
function spentMs(files: readonly Source[], work: (source: Source) => unknown): number {
  const times = Math.ceil(filesARound / files.length);
  const began = process.cpuUsage();
  for (let time = 0; time < times; time += 1) for (const one of files) work(one);
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1_000 / (times * files.length);
}
