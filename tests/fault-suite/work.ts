// The work that runs of an episode do: the commands that start it, how far it is, and the commands of whoever helps.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, isGone } from "./client.ts";
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

/** Lines of a flow's journal between which its runner can be held: after the first, before it is over. */
const heldLines = { from: 3, to: 20 };

/** One of the lines before which the runner of a flow can be held. */
export function aLine({ random }: Episode): number {
  return random.between(heldLines.from, heldLines.to);
}

/** The program of the run is at work, or its client is gone. */
export async function isTicking(episode: Episode, client: Client): Promise<void> {
  await episode.until(() => (sizeOf(episode.ticks) > 0 || isGone(client) ? true : null));
}

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}

/** The command by which somebody comes to a run that was left alone. */
export function wordsOfHelp(verb: string, run: AskedRun | null): string[] {
  if (verb === "ls") return ["ls", "--json", "--all"];
  if (verb === "worker" || run === null) return ["worker", "--until-idle"];
  return verb === "watch" ? ["watch", run.id, "--jsonl"] : ["cancel", run.id, "--grace", "0.2", "--json"];
}

/** What its client did not live to commit was never asked for; somebody has to, or the program ticks for ever. */
export async function cancelAgain(episode: Episode, run: AskedRun): Promise<void> {
  await episode.ask("bystander", ["cancel", run.id, "--grace", "0.1", "--json"]);
}
