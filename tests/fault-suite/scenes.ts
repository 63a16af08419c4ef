// The scenes: what clients do while a fault waits for them or for the runner. Each is written for a group of points, and
// what else may go wrong in it is left to chance. Nothing here judges; that is done when the scene is over.

import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { abandonedAlive, adoptedTwice } from "./abandoned-alive.ts";
import type { AskedRun, Episode } from "./episode.ts";
import { playExperiment } from "./experiment-scene.ts";
import type { Fault } from "./fault.ts";
import type { SceneName } from "./points.ts";
import { playServed } from "./served-scene.ts";
import { faultsFor, faultsOfStart, type Stage } from "./stage.ts";
import { aLine, begin, cancelAgain, isTicking, wordsOfHelp, wordsOfWork } from "./work.ts";

type Scene = (stage: Stage) => Promise<void>;

export const scenes: Record<SceneName, Scene> = {
  "plain run": plainRun,
  program: programRun,
  cancelled,
  paused,
  "abandoned alive": abandonedAlive,
  "adopted twice": adoptedTwice,
  "abandoned dead": abandonedDead,
  "abandoned before hand-over": abandonedBeforeHandOver,
  ended: endedRun,
  queue: queued,
  experiment: playExperiment,
  served: (stage) => playServed(stage.episode, faultsOfStart(stage)),
};

async function plainRun(stage: Stage): Promise<void> {
  const { episode } = stage;
  const work = episode.random.pick(["steps", "steps", "steps", "witness", "transfer"] as const);
  const client = begin(episode, episode.newRun(work), faultsOfStart(stage));
  await lookMeanwhile(stage, 0.25);
  await episode.end(client);
}

async function programRun(stage: Stage): Promise<void> {
  const { episode } = stage;
  const work = episode.random.pick(["program", "program", "failing program"] as const);
  const client = begin(episode, episode.newRun(work), faultsOfStart(stage));
  await lookMeanwhile(stage, 0.25);
  await episode.end(client);
}

async function cancelled(stage: Stage): Promise<void> {
  const { episode } = stage;
  const { random } = episode;
  const run = episode.newRun(random.pick(["ticks", "ticks", "steps", "witness"] as const));
  const held = episode.hold("runner", { point: "journal line", moment: "before", nth: aLine(episode) });
  const faults = run.work === "ticks" ? faultsOfStart(stage) : [held, ...faultsOfStart(stage)];
  const client = begin(episode, run, faults);
  if (run.work === "ticks") await isTicking(episode, client);
  else await episode.happened(held, client);
  run.asked.add("cancel");
  const asking = episode.start(
    "bystander",
    ["cancel", run.id, "--grace", "0.2", "--json"],
    faultsFor("bystander", stage),
  );
  // Let go before the runner is told, or after: cancel and finish race.
  await wait(random.between(0, 400));
  episode.letGo();
  const { code } = await episode.end(asking);
  // It may have died of what it was aimed at, or by chance.
  if (code !== 0 && run.work === "ticks") await cancelAgain(episode, run);
  await episode.end(client);
}

async function paused(stage: Stage): Promise<void> {
  const { episode } = stage;
  const run = episode.newRun("witness");
  const held = episode.hold("runner", { point: "journal line", moment: "before", nth: aLine(episode) });
  const client = begin(episode, run, [held, ...faultsOfStart(stage)]);
  await episode.happened(held, client);
  run.asked.add("pause");
  const asking = episode.start("bystander", ["pause", run.id, "--json"], faultsFor("bystander", stage));
  // The runner is let go when it was asked, mostly; in its last step it completes.
  await episode.until(() =>
    asking.stderr().includes("pausing") || asking.child.exitCode !== null || asking.child.signalCode !== null
      ? true
      : null,
  );
  await wait(episode.random.between(0, 150));
  episode.letGo();
  await episode.end(asking);
  await episode.end(client);
}

/** Both die, or the runner finishes alone; what is left of the journal is found by others. */
async function abandonedDead(stage: Stage): Promise<void> {
  const { episode } = stage;
  const { random } = episode;
  const run = episode.newRun(random.pick(["steps", "steps", "witness", "program"] as const));
  const moment = random.pick(["before", "within", "after"] as const);
  const end = episode.fault("runner", {
    point: "journal line",
    moment,
    nth: run.work === "program" ? 4 : aLine(episode),
  });
  const death = episode.fault("supervisor", { point: "assignment sent", moment: "after" });
  const client = begin(episode, run, random.chance(0.6) ? [end, death] : [death]);
  await episode.end(client);
  await episode.emptied();
  await episode.ask("bystander", wordsOfHelp(random.pick(["ls", "ls", "watch"]), run), faultsFor("bystander", stage));
}

/** The supervisor dies between the claim and the hand-over, or the runner is slow to boot. */
async function abandonedBeforeHandOver(stage: Stage): Promise<void> {
  const { episode } = stage;
  const { random } = episode;
  const run = episode.newRun("steps");
  const early = [
    { point: "claim", moment: "after" },
    { point: "files handed over", moment: "within" },
    { point: "runner named", moment: "before" },
    { point: "folder moved", moment: "before" },
    { point: "folder moved", moment: "after" },
    { point: "assignment sent", moment: "before" },
    { point: "assignment sent", moment: "within" },
  ] as const;
  const slow = random.chance(0.5) ? slowBoot(episode, run) : null;
  const death = episode.fault(
    "supervisor",
    slow === null ? random.pick(early) : { point: "assignment sent", moment: "after" },
  );
  const client = begin(episode, run, slow === null ? [death] : [death, slow.boots]);
  await episode.end(client);
  await episode.ask("bystander", wordsOfHelp("ls", run), [
    ...(slow === null ? [] : [slow.looks]),
    ...faultsFor("bystander", stage),
  ]);
}

/**
 * A runner that has its assignment and no lock yet: whoever settles looks, finds none, and is then slower than the
 * runner at making the journal.
 */
function slowBoot(episode: Episode, { id }: AskedRun): { boots: Fault; looks: Fault } {
  const looked = join(episode.folder, "looked");
  const journal = join(episode.home, "runs", id, "1/journal.jsonl");
  return {
    boots: episode.fault(
      "runner",
      { point: "lock taken", moment: "before" },
      { do: "hold", makesFile: null, untilFile: looked },
    ),
    looks: episode.fault(
      "bystander",
      { point: "journal forestalled", moment: "before" },
      { do: "hold", makesFile: looked, untilFile: journal },
    ),
  };
}

/** A run that is over: it is retried or deleted. */
async function endedRun(stage: Stage): Promise<void> {
  const { episode, target } = stage;
  const isRetry = target.role === "supervisor";
  const run = episode.newRun(isRetry ? "failing program" : episode.random.pick(["steps", "program"] as const));
  await episode.end(begin(episode, run, []));
  if (isRetry) {
    await episode.ask("supervisor", ["retry", run.id, "--jsonl"], faultsOfStart(stage));
    return;
  }
  run.asked.add("delete");
  await episode.ask("bystander", ["rm", run.id, "--json"], faultsFor("bystander", stage));
}

/** Runs wait for a worker, which may not be alone and may die with several of them under way. */
async function queued(stage: Stage): Promise<void> {
  const { episode } = stage;
  const { random } = episode;
  const works = random.chance(0.5) ? (["steps", "program"] as const) : (["witness", "steps"] as const);
  for (const work of works) await episode.ask("bystander", [...wordsOfWork(episode, episode.newRun(work), "--queue")]);
  if (random.chance(0.4)) await episode.ask("bystander", ["limits", "set", "agent:deterministic", "1", "--json"]);
  const words = ["worker", "--until-idle", "--slots", "2"];
  const second = random.chance(0.4) ? [episode.start("bystander", words, [])] : [];
  const first = episode.start("supervisor", words, faultsOfStart(stage));
  for (const one of [first, ...second]) await episode.end(one);
}

async function lookMeanwhile(stage: Stage, probability: number): Promise<void> {
  const { episode } = stage;
  if (!episode.random.chance(probability)) return;
  await wait(episode.random.between(100, 500));
  await episode.ask("bystander", ["ls", "--json", "--all"]).catch(() => undefined);
}
