// After a scene: people come back to their terminals. In the first rounds things may still go wrong, then nothing does.
// Whatever died, each run must come to an end, or to a rest that somebody asked for, by what a user would type.

import type { Answer } from "./client.ts";
import type { AskedRun, Episode } from "./episode.ts";
import { Stuck } from "./episode.ts";
import type { Fault } from "./fault.ts";
import { type Point, points, type Role } from "./points.ts";
import { trouble } from "./trouble.ts";
import { begin, wordsOfHelp } from "./work.ts";

type Listed = { id: string; status: string; experimentId: string | null; subject: { id: string } };

const terminal = new Set(["completed", "failed", "timed_out", "cancelled", "lost"]);
/** Rounds of looking and helping; each helps every run once. */
const roundsMax = 14;
/** In the first of them whoever helps may die, too; for as long as deaths are still to come, in more of them. */
const troubledRounds = { atLeast: 2, atMost: 8 };
/** How often more is begun when all runs are over and deaths are still to come. */
const encoresMax = 2;

/** What they pass who settle what others left, and who delete. */
const settling = ["lock looked at", "orphaning", "intake", "conclusion", "session file"];
const deleting = ["deletion", "run folder removed"];

const passedLater: Record<Role, readonly string[]> = {
  runner: ["lock taken", "journal made", "journal line", "finish record"],
  supervisor: [
    ...["lock taken", "runner booted", "claim", "files handed over", "runner named", "folder moved"],
    ...["assignment sent", "vouched", "intake", "conclusion", "session file", "shutdown"],
  ],
  bystander: [...settling, ...deleting],
};

/** Points that people pass when they come back, whatever the scene was. */
export const laterPoints: readonly Point[] = points.filter(({ process, name }) => passedLater[process].includes(name));

/** Brings every run of the episode to its end. @throws Stuck if one does not come to it */
export async function recover(episode: Episode): Promise<void> {
  episode.letGo();
  await episode.endAll();
  let encores = 0;
  for (let round = 0; round < roundsMax; round += 1) {
    const isTroubled =
      round < troubledRounds.atLeast || (episode.later.length > 0 && round < troubledRounds.atMost + encores);
    const runs = await listed(episode, isTroubled);
    const open = runs.filter(({ status }) => !terminal.has(status));
    for (const one of open) {
      const { args, code } = await help(episode, one, isTroubled);
      // It has worked off what all of them waited for.
      if (code === 0 && (args[0] === "worker" || args[1] === one.experimentId)) break;
    }
    if (open.length > 0) continue;
    const isMore = isTroubled && encores < encoresMax && episode.later.some(({ role }) => role !== "bystander");
    if (!isMore) return tidyUp(episode, runs);
    encores += 1;
    await encore(episode, runs);
  }
  const runs = await listed(episode, false);
  const left = runs.filter(({ status }) => !terminal.has(status));
  if (left.length === 0) return tidyUp(episode, runs);
  throw new Stuck(
    `after ${roundsMax} rounds of recovery: ${left.map(({ id, status }) => `${id} is ${status}`).join(", ")}`,
  );
}

/** A death that is still to come for each role, or else what chance brings. */
function faultsOf(episode: Episode, roles: readonly Role[], isTroubled: boolean): Fault[] {
  if (!isTroubled) return [];
  return roles.flatMap((role) => {
    const at = episode.later.findIndex((fault) => fault.role === role && !deleting.includes(fault.point));
    return at === -1 ? trouble(episode, role) : episode.later.splice(at, 1);
  });
}

/** The runs as `ls` shows them. One that dies of its own faults is asked again. */
async function listed(episode: Episode, isTroubled: boolean): Promise<Listed[]> {
  const words = wordsOfHelp("ls", null);
  const { code, values, stderr } = await episode.ask("bystander", words, faultsOf(episode, ["bystander"], isTroubled));
  // Nobody has got as far as making a ledger.
  if (code === 2 && stderr.includes("ledger.not-found")) return [];
  if (code === 0) return known(episode, ((values[0] as { runs?: Listed[] } | undefined)?.runs ?? []) as Listed[]);
  const isMore =
    isTroubled && episode.later.some(({ role, point }) => role === "bystander" && settling.includes(point));
  if (isTroubled) return listed(episode, isMore);
  throw new Stuck(`ls failed with code ${code}: ${stderr.slice(-500)}`);
}

/** Runs of an experiment get their ids when it is planned; all others were asked for by theirs. */
function known(episode: Episode, runs: readonly Listed[]): Listed[] {
  for (const { id, experimentId, subject } of runs) {
    if (episode.runs.some((one) => one.id === id)) continue;
    if (experimentId === null || episode.experiment === null)
      throw new Stuck(`the ledger has a run ${id} that nobody asked for`);
    episode.experiment.id = experimentId;
    episode.runs.push({ id, work: subject.id === "witness" ? "witness" : "steps", asked: new Set() });
  }
  return [...runs];
}

/** What a user would do about a run that has not ended. */
async function help(episode: Episode, { id, status, experimentId }: Listed, isTroubled: boolean): Promise<Answer> {
  const run = episode.runs.find((one) => one.id === id);
  if (run === undefined) throw new Stuck(`the ledger has a run ${id} that nobody asked for`);
  const { random } = episode;
  const faults = (...roles: readonly Role[]): Fault[] => faultsOf(episode, roles, isTroubled);
  if (run.work === "ticks" || (["queued", "paused"].includes(status) && random.chance(0.15)))
    return cancel(episode, run, faults("bystander"));
  if (experimentId !== null && ["queued", "paused"].includes(status) && random.chance(0.5))
    return episode.ask("supervisor", ["resume", experimentId, "--jsonl"], faults("supervisor", "runner"));
  if (status === "paused") return episode.ask("supervisor", ["resume", id, "--jsonl"], faults("supervisor", "runner"));
  if (status === "queued")
    return episode.ask("supervisor", ["worker", "--until-idle", "--slots", "1"], faults("supervisor", "runner"));
  // What never began is given back to the queue, where only a worker helps.
  const words =
    status !== "starting" && random.chance(0.5) ? ["watch", id, "--jsonl"] : ["worker", "--until-idle", "--slots", "1"];
  return episode.ask("bystander", words, faults("bystander", "runner"));
}

/** All runs are over: one that did not go well is retried, or another one is begun. */
async function encore(episode: Episode, runs: readonly Listed[]): Promise<void> {
  const faults = faultsOf(episode, ["supervisor", "runner"], true);
  const failed = runs.find(({ id, status }) => {
    const run = episode.runs.find((one) => one.id === id);
    return status !== "completed" && run?.work !== "ticks" && run?.asked.has("delete") === false;
  });
  if (failed !== undefined) await episode.ask("supervisor", ["retry", failed.id, "--jsonl"], faults);
  else await episode.end(begin(episode, episode.newRun(episode.random.pick(["steps", "steps", "witness"])), faults));
}

function isToBeDeleted({ runs }: Episode, runId: string): boolean {
  return runs.some(({ id, asked }) => id === runId && asked.has("delete"));
}

function cancel(episode: Episode, run: AskedRun, faults: readonly Fault[]): Promise<Answer> {
  run.asked.add("cancel");
  return episode.ask("bystander", wordsOfHelp("cancel", run), faults);
}

/** What was to be deleted is deleted again, which also takes files that a death has left; an experiment is summed up. */
async function tidyUp(episode: Episode, runs: readonly Listed[]): Promise<void> {
  for (const fault of episode.later.filter(({ point }) => deleting.includes(point))) {
    // A planned cell stays.
    const one = runs.find(({ id, experimentId }) => experimentId === null && !isToBeDeleted(episode, id));
    if (one === undefined) break;
    episode.runs.find(({ id }) => id === one.id)?.asked.add("delete");
    await episode.ask("bystander", ["rm", one.id, "--json"], [fault]);
  }
  for (const { id, asked } of episode.runs) {
    if (asked.has("delete")) await episode.ask("bystander", ["rm", id, "--json"]);
  }
  const id = episode.experiment?.id ?? null;
  if (id !== null) await episode.ask("bystander", ["show", id, "--json"]);
}
