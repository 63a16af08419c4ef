// The scenes in which a supervisor dies while its runner goes on: others come, and of several who would adopt one may.

import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type Client, isGone } from "./client.ts";
import type { AskedRun, Episode } from "./episode.ts";
import type { Fault } from "./fault.ts";
import { faultsFor, type Stage } from "./stage.ts";
import { aLine, begin, cancelAgain, isTicking, wordsOfHelp } from "./work.ts";

/** How long a runner is held at most while others come. */
const heldMsMax = 3_000;

/** The supervisor dies while its runner goes on; others come. */
export async function abandonedAlive(stage: Stage): Promise<void> {
  const { episode, target } = stage;
  const { random } = episode;
  const run = episode.newRun(random.pick(["steps", "witness", "ticks", "program"] as const));
  await leaveAlone(episode, run);
  const verbs =
    target.point === "adoption" || target.point === "control line"
      ? ["watch", "worker", "cancel"]
      : ["ls", "watch", "worker", "cancel"];
  const verb =
    run.work === "ticks" || (target.point === "control line" && target.nth > 1) ? "cancel" : random.pick(verbs);
  if (verb === "cancel") run.asked.add("cancel");
  const words = wordsOfHelp(verb, run);
  const first = episode.start("bystander", words, faultsFor("bystander", stage));
  const others = random.chance(0.4) ? [episode.start("bystander", words, slowToDecide(episode, verb))] : [];
  // Let go while somebody is about to adopt; or when he has, since one that is let go may be over before.
  if (random.chance(0.3)) await wait(random.between(0, 500));
  else await episode.until(() => (episode.hasHappened(target) || isGone(first) ? true : null), heldMsMax);
  episode.letGo();
  for (const one of [first, ...others]) await episode.end(one);
  if (run.work === "ticks") await cancelAgain(episode, run);
}

/** How long it takes at most to see that an adoption was refused, where it was: one that was taken shows nothing. */
const refusedMsMax = 2_000;

/** Two decide to adopt; the one that decided first tries last, while the other supervises and the runner works. */
export async function adoptedTwice(stage: Stage): Promise<void> {
  const { episode } = stage;
  const run = episode.newRun(episode.random.pick(["steps", "witness"] as const));
  await leaveAlone(episode, run);
  const words = wordsOfHelp("watch", run);
  // Whoever decided and died has changed nothing.
  await episode.ask("bystander", words, faultsFor("bystander", stage));
  const mark = (name: string): string => join(episode.folder, name);
  const holdAfter = (point: string, nth: number, makesFile: string, untilFile = makesFile): Fault =>
    episode.fault("bystander", { point, moment: "after", nth }, { do: "hold", makesFile, untilFile });
  const decides = holdAfter("adopter looked", 1, mark("decided"), mark("adopted"));
  // While the run goes on, only one that was refused looks at a lock again.
  const looksAgain = holdAfter("adopter looked", 2, mark("tried"));
  const late = episode.start("bystander", words, [decides, looksAgain]);
  await episode.happened(decides, late);
  const adopts = holdAfter("adoption", 1, mark("adopted"));
  const first = episode.start("bystander", words, [adopts]);
  await episode.happened(adopts, first);
  await episode.until(() => (episode.hasHappened(looksAgain) ? true : null), refusedMsMax);
  episode.letGo();
  for (const one of [first, late]) await episode.end(one);
}

/** Begins the run and kills its supervisor, while its runner is held or its program ticks. */
async function leaveAlone(episode: Episode, run: AskedRun): Promise<void> {
  const nth = run.work === "program" ? 3 : aLine(episode);
  const held = episode.hold("runner", { point: "journal line", moment: "before", nth });
  const client = begin(episode, run, [held, killOf(episode)]);
  if (run.work === "ticks") await isTicking(episode, client);
  else await episode.happened(held, client);
  await diesNow(episode, client);
}

/** A death of the supervisor somewhere after the hand-over. */
function killOf(episode: Episode): Fault {
  const places = [
    { point: "assignment sent", moment: "after" },
    // The first one comes before the hand-over.
    { point: "vouched", moment: "before", nth: 2 },
    { point: "vouched", moment: "after", nth: 2 },
    { point: "intake", moment: "before" },
    { point: "intake", moment: "after" },
  ] as const;
  return episode.fault("supervisor", episode.random.pick(places));
}

/** If its fault has not come by now, it is killed from outside. */
async function diesNow(episode: Episode, { child, ended }: Client): Promise<void> {
  if (child.pid !== undefined && child.exitCode === null) episode.killedHere.add(child.pid);
  child.kill("SIGKILL");
  await ended;
}

/** `ls` looks at no more locks than these; whoever adopts looks at more, and last of all right before it adopts. */
const looksOf = { ls: 3, others: 7 };

/** Stands still between its look at a lock and what it does then: two that do may both believe to be the only one. */
function slowToDecide(episode: Episode, verb: string): Fault[] {
  const pause = { do: "starve", ms: episode.random.between(100, 400) } as const;
  const nth = episode.random.between(1, verb === "ls" ? looksOf.ls : looksOf.others);
  return [episode.fault("bystander", { point: "lock looked at", moment: "after", nth }, pause)];
}
