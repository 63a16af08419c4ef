// From what a person typed to one run: a whole id, a unique tail, `last` or `last~2`.

import { RunledgerError } from "../core/errors.ts";
import { parseRunName, shortId } from "../core/ids.ts";
import { nearestNames } from "../core/nearest.ts";
import type { Run } from "../core/run.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** Ids shown when a tail fits several, and looked at when it fits none. */
const candidatesMax = 8;
const neighboursMax = 50;

/**
 * The run that the words mean.
 * @throws RunledgerError `run.not-found` with near tails, `run.ambiguous` with the candidates, `run.deleted`
 */
export async function findRun(ledger: Ledger, words: string): Promise<Run> {
  const id = await findRunId(ledger, words);
  const run = await ledger.getRun(id);
  if (run !== null) return run;
  if (await ledger.isDeleted(id)) throw new RunledgerError("run.deleted", `run ${id} was deleted`);
  throw await notFound(ledger, words);
}

async function findRunId(ledger: Ledger, words: string): Promise<string> {
  const name = parseRunName(words);
  switch (name.by) {
    case "id":
      return name.id;
    case "age": {
      const id = await ledger.newestRun(name.back);
      if (id !== null) return id;
      throw new RunledgerError(
        "run.not-found",
        name.back === 0 ? "there are no runs yet" : `there are not ${name.back + 1} runs`,
      );
    }
    case "tail": {
      const found = await ledger.findRuns(name.tail, candidatesMax + 1);
      if (found.length > 1) throw ambiguous(words, found);
      if (found[0] !== undefined) return found[0];
      throw await notFound(ledger, words);
    }
    case "nothing":
      throw new RunledgerError("usage.bad-value", `${JSON.stringify(words)} names no run: ${name.cause}`);
  }
}

function ambiguous(words: string, found: string[]): RunledgerError {
  const shown = found.slice(0, candidatesMax);
  const more = found.length > candidatesMax ? ", …" : "";
  return new RunledgerError("run.ambiguous", `several runs end with ${words}: ${shown.join(", ")}${more}`, {
    data: { candidates: shown },
  });
}

async function notFound(ledger: Ledger, words: string): Promise<RunledgerError> {
  const experiment = await experimentNamed(ledger, words);
  if (experiment !== null) {
    const detail = `${words} is the experiment ${shortId(experiment)}, and a run is wanted here: see ls --experiment ${shortId(experiment)}`;
    return new RunledgerError("run.not-found", detail, { data: { experiment } });
  }
  const { runs } = await ledger.listRuns({}, { pageSize: neighboursMax });
  const nearest = nearestNames(
    words,
    runs.map(({ id }) => (words.length > shortId(id).length ? id : shortId(id).slice(-words.length))),
  );
  const hint = nearest.length === 0 ? "" : `; did you mean ${nearest.join(", ")}?`;
  return new RunledgerError("run.not-found", `no run here ends with ${words}${hint}`, { data: { nearest } });
}

async function experimentNamed(ledger: Ledger, words: string): Promise<string | null> {
  const name = parseRunName(words);
  if (name.by === "tail") return (await ledger.findExperiments(name.tail, 1))[0] ?? null;
  return name.by === "id" && (await ledger.getExperiment(name.id)) !== null ? name.id : null;
}
