// From what a person typed to an experiment, or to whichever of a run and an experiment it names.

import { RunledgerError } from "../core/errors.ts";
import type { Experiment } from "../core/experiment.ts";
import { parseRunName, shortId } from "../core/ids.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { findRun } from "./find-run.ts";

const candidatesMax = 8;

/** Exactly one of the two is there. */
export type RunOrExperiment = { run: Run; experiment: null } | { run: null; experiment: Experiment };

/** @throws RunledgerError as `findRun` does; `run.ambiguous` also if the words name a run and an experiment */
export async function findRunOrExperiment(ledger: Ledger, words: string): Promise<RunOrExperiment> {
  const ids = await experimentIds(ledger, words);
  const [id] = ids;
  if (id === undefined) return { run: await findRun(ledger, words), experiment: null };
  const name = parseRunName(words);
  const runs = name.by === "tail" ? await ledger.findRuns(name.tail, candidatesMax) : [];
  if (ids.length + runs.length > 1) throw ambiguous(words, [...ids, ...runs]);
  return { run: null, experiment: await needExperiment(ledger, id) };
}

/** @throws RunledgerError `experiment.not-found`, `run.ambiguous` */
export async function findExperiment(ledger: Ledger, words: string): Promise<Experiment> {
  const ids = await experimentIds(ledger, words);
  const [id] = ids;
  if (id === undefined) throw notFound(words);
  if (ids.length > 1) throw ambiguous(words, ids);
  return needExperiment(ledger, id);
}

/** Ids of experiments that the words may mean. */
async function experimentIds(ledger: Ledger, words: string): Promise<string[]> {
  const name = parseRunName(words);
  if (name.by === "tail") return ledger.findExperiments(name.tail, candidatesMax);
  return name.by === "id" && (await ledger.getExperiment(name.id)) !== null ? [name.id] : [];
}

async function needExperiment(ledger: Ledger, id: string): Promise<Experiment> {
  const experiment = await ledger.getExperiment(id);
  if (experiment === null) throw notFound(id);
  return experiment;
}

function notFound(words: string): RunledgerError {
  return new RunledgerError("experiment.not-found", `no experiment here has the id ${words} or ends with it`);
}

function ambiguous(words: string, ids: readonly string[]): RunledgerError {
  const detail = `several end with ${words}: ${ids.map(shortId).join(", ")}`;
  return new RunledgerError("run.ambiguous", detail, { data: { candidates: ids } });
}
