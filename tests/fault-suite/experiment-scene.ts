// The scene of an experiment: all its cells are planned at once, and worked off by the command that planned them or by a
// worker, which dies in the middle. Each cell must be there once afterwards, and the experiment must add up.

import { faultsOfStart, type Stage } from "./stage.ts";
import { fileOfWork } from "./work.ts";

const trials = 2;
const works = ["steps", "witness"] as const;

/** Plays an experiment of two benchmarks in two trials. */
export async function playExperiment(stage: Stage): Promise<void> {
  const { episode, target } = stage;
  const { random } = episode;
  episode.experiment = { cells: trials * works.length, id: null };
  const files = works.map((work) => fileOfWork(episode, work));
  const plan = ["run", ...files, "--trials", String(trials), "-j", "2"];
  const faults = faultsOfStart(stage);
  const isQueued = random.chance(0.4);
  const first = episode.start(
    "supervisor",
    [...plan, ...(isQueued ? ["--queue", "--json"] : ["--jsonl"])],
    [
      // Whoever only plans passes no other point of a supervisor.
      ...(isQueued && target.point !== "plan" ? [] : faults),
    ],
  );
  await episode.end(first);
  if (!isQueued) return;
  await episode.ask("supervisor", ["worker", "--until-idle", "--slots", "2"], faults);
}
