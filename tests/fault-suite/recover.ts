// After a scene: people come back to their terminals. In the first rounds things may still go wrong, then nothing does.
// Whatever died, each run must come to an end, or to a rest that somebody asked for, by what a user would type.

import type { Answer } from "./client.ts";
import type { AskedRun, Episode } from "./episode.ts";
import { Stuck } from "./episode.ts";
import type { Fault } from "./fault.ts";
import { trouble } from "./trouble.ts";

type Listed = { id: string; status: string };

const terminal = new Set(["completed", "failed", "timed_out", "cancelled", "lost"]);
/** Rounds of looking and helping; each helps every run once. */
const roundsMax = 10;
/** In the first of them whoever helps may die, too. */
const troubledRounds = 2;

/** Brings every run of the episode to its end. @throws Stuck if one does not come to it */
export async function recover(episode: Episode): Promise<void> {
  episode.letGo();
  await episode.endAll();
  for (let round = 0; round < roundsMax; round += 1) {
    const isTroubled = round < troubledRounds;
    const open = (await listed(episode, isTroubled)).filter(({ status }) => !terminal.has(status));
    if (open.length === 0) return removeDeleted(episode);
    for (const one of open) await help(episode, one, isTroubled);
  }
  const left = (await listed(episode, false)).filter(({ status }) => !terminal.has(status));
  throw new Stuck(
    `after ${roundsMax} rounds of recovery: ${left.map(({ id, status }) => `${id} is ${status}`).join(", ")}`,
  );
}

/** The runs as `ls` shows them. One that dies of its own faults is asked again. */
async function listed(episode: Episode, isTroubled: boolean): Promise<Listed[]> {
  const answer = await episode.ask(
    "bystander",
    ["ls", "--json", "--all"],
    isTroubled ? trouble(episode, "bystander") : [],
  );
  const { code, values, stderr } = answer;
  // Nobody has got as far as making a ledger.
  if (code === 2 && stderr.includes("ledger.not-found")) return [];
  if (code === 0) return ((values[0] as { runs?: Listed[] } | undefined)?.runs ?? []) as Listed[];
  if (isTroubled) return listed(episode, false);
  throw new Stuck(`ls failed with code ${code}: ${stderr.slice(-500)}`);
}

/** What a user would do about a run that has not ended. */
async function help(episode: Episode, { id, status }: Listed, isTroubled: boolean): Promise<Answer> {
  const run = episode.runs.find((one) => one.id === id);
  if (run === undefined) throw new Stuck(`the ledger has a run ${id} that nobody asked for`);
  const { random } = episode;
  const faults = (...roles: readonly ("supervisor" | "runner" | "bystander")[]): Fault[] =>
    isTroubled ? roles.flatMap((role) => trouble(episode, role)) : [];
  if (run.work === "ticks" || (["queued", "paused"].includes(status) && random.chance(0.15)))
    return cancel(episode, run, faults("bystander"));
  if (status === "paused") return episode.ask("supervisor", ["resume", id, "--jsonl"], faults("supervisor", "runner"));
  if (status === "queued") return episode.ask("supervisor", ["worker", "--until-idle"], faults("supervisor", "runner"));
  // What never began is given back to the queue, where only a worker helps.
  const words = status !== "starting" && random.chance(0.5) ? ["watch", id, "--jsonl"] : ["worker", "--until-idle"];
  return episode.ask("bystander", words, faults("bystander", "runner"));
}

function cancel(episode: Episode, run: AskedRun, faults: readonly Fault[]): Promise<Answer> {
  run.asked.add("cancel");
  return episode.ask("bystander", ["cancel", run.id, "--grace", "0.2", "--json"], faults);
}

/** What was to be deleted is deleted again, which also takes files that a death has left. */
async function removeDeleted(episode: Episode): Promise<void> {
  for (const { id, asked } of episode.runs) {
    if (asked.has("delete")) await episode.ask("bystander", ["rm", id, "--json"]);
  }
}
