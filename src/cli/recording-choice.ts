// `--record PATH` and `--replay PATH`: a `.jsonl` file for one run, or a folder with a file for each run. A replay plays
// on the worlds that were recorded, so it takes their seed.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { isRecordingFile } from "../core/recording-file.ts";
import { readRecordings } from "../models/recording-digest.ts";
import type { OptionSpec, Options } from "./options.ts";

export const recordingOptions = {
  record: {
    type: "text",
    value: "PATH",
    help: "keep what models answer: one run in a .jsonl file, several in a folder",
  },
  replay: { type: "text", value: "PATH", help: "let that recording answer; no key is needed, and nobody is asked" },
} as const satisfies Record<string, OptionSpec>;

export type RecordingChoice = {
  replay: { path: string; digest: string } | null;
  /** The seed of the recording's first trial; null where there is none. */
  seedBase: number | null;
  /** For the runs: absolute paths. */
  params: { record?: string; replay?: string; replayFrom?: string };
};

/** @throws `usage.bad-value`, `replay.unreadable` */
export function readRecordingChoice(options: Options, cwd: string): RecordingChoice {
  const [record, replay] = [options.text("record"), options.text("replay")];
  if (record !== null && replay !== null) {
    throw new RunledgerError(
      "usage.bad-value",
      "--record and --replay exclude each other: what is replayed is recorded already",
    );
  }
  if (replay === null) {
    return { replay: null, seedBase: null, params: record === null ? {} : { record: resolve(cwd, record) } };
  }
  const path = resolve(cwd, replay);
  const { files, digest } = readRecordings(path);
  return { replay: { path, digest }, seedBase: seedBaseOf(files[0]), params: { replay: digest, replayFrom: path } };
}

/** Whether several runs would write or read one file. @throws `usage.bad-value` */
export function refuseSharedFile({ params }: RecordingChoice, isExperiment: boolean): void {
  const path = params.record ?? params.replayFrom;
  if (!isExperiment || path === undefined || !isRecordingFile(path)) return;
  throw new RunledgerError("usage.bad-value", `${path} is for one run; give a folder, in which each run has a file`);
}

/** The trials of an experiment have consecutive seeds. */
function seedBaseOf(file: string | undefined): number | null {
  if (file === undefined) return null;
  const [line = ""] = readFileSync(file, "utf8").split("\n", 1);
  try {
    const { about } = JSON.parse(line) as { about?: { seed?: unknown; trial?: unknown } };
    const { seed, trial = 1 } = about ?? {};
    return typeof seed === "number" && typeof trial === "number" && seed >= trial - 1 ? seed - (trial - 1) : null;
  } catch {
    // Whoever replays it says what is wrong with it, by line.
    return null;
  }
}
