// `--record PATH` and `--replay PATH`: a `.jsonl` file for one run, or a folder with a file for each run. A replay plays
// on the worlds that were recorded, so it takes their seed.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { RunledgerError } from "../core/errors.ts";
import { isRecordingFile } from "../core/recording-file.ts";
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

const filesMax = 100_000;

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
  const files = filesOf(path);
  const digest = digestOf(path, files);
  return { replay: { path, digest }, seedBase: seedBaseOf(files[0]), params: { replay: digest, replayFrom: path } };
}

/** Whether several runs would write or read one file. @throws `usage.bad-value` */
export function refuseSharedFile({ params }: RecordingChoice, isExperiment: boolean): void {
  const path = params.record ?? params.replayFrom;
  if (!isExperiment || path === undefined || !isRecordingFile(path)) return;
  throw new RunledgerError("usage.bad-value", `${path} is for one run; give a folder, in which each run has a file`);
}

function filesOf(path: string): string[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile()) return [path];
  if (stat === undefined) throw new RunledgerError("replay.unreadable", `there is no recording ${path}`);
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".jsonl"));
  if (names.length === 0) throw new RunledgerError("replay.unreadable", `the folder ${path} holds no recording`);
  if (names.length > filesMax)
    throw new RunledgerError("replay.unreadable", `${path} holds more than ${filesMax} files`);
  return names.sort().map((name) => join(path, name));
}

function digestOf(path: string, files: readonly string[]): string {
  const whole = createHash("sha256");
  for (const file of files) {
    whole.update(`${file.slice(path.length)}\0`);
    whole.update(createHash("sha256").update(readFileSync(file)).digest());
  }
  return `sha256:${whole.digest("hex")}`;
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
