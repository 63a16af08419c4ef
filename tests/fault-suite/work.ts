// The work that runs of an episode do, as the commands that start it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Client } from "./client.ts";
import type { AskedRun, Episode } from "./episode.ts";
import type { Fault } from "./fault.ts";

/** Starts the run's work. */
export function begin(episode: Episode, run: AskedRun, faults: readonly Fault[]): Client {
  return episode.start("supervisor", wordsOfWork(episode, run), faults);
}

const repository = fileURLToPath(new URL("../../", import.meta.url));
const workFile = (name: string): string => fileURLToPath(new URL(`work/${name}.yml`, import.meta.url));
const programFile = (name: string): string => fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));

/** The benchmark file of work that has one. */
export function fileOfWork(episode: Episode, work: AskedRun["work"]): string {
  if (work !== "witness") return workFile("steps");
  const file = join(episode.folder, "witness.yml");
  writeFileSync(file, readFileSync(workFile("witness"), "utf8").replaceAll("WITNESS", episode.witness));
  return file;
}

/** The command that runs the work, or with `--queue` leaves it to a worker. */
export function wordsOfWork(episode: Episode, { id, work }: AskedRun, how = "--jsonl"): string[] {
  const program = (...words: string[]): string[] => ["exec", how, "--id", id, "--", process.execPath, ...words];
  switch (work) {
    case "steps":
    case "witness":
      return ["run", fileOfWork(episode, work), how, "--id", id];
    case "transfer":
      return ["run", join(repository, "benchmarks/001-sol-transfer.yml"), how, "--id", id];
    case "program":
      return program(programFile("works-in-steps"), episode.witness, "3", "0");
    case "failing program":
      return program(programFile("works-in-steps"), episode.witness, "2", "3");
    case "ticks":
      // Half of them end by themselves when everything is let go: then the end and the cancel race.
      return program(programFile("ticks"), episode.ticks, episode.random.chance(0.5) ? episode.release : "/never");
  }
}
