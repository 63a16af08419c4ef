// Plays one episode from its seed to its verdict.

import { checkEpisode, readLedger } from "./check/check-episode.ts";
import { outdatedSessions } from "./check/check-files.ts";
import { Episode, Stuck } from "./episode.ts";
import type { Fault, Fired } from "./fault.ts";
import type { LedgerServer } from "./ledger-server.ts";
import type { Point, SceneName } from "./points.ts";
import type { Product } from "./product.ts";
import { seeded } from "./random.ts";
import { recover } from "./recover.ts";
import { scenes } from "./scenes.ts";

export type Verdict = {
  seed: number;
  point: Point;
  also: readonly Point[];
  scene: SceneName;
  fired: Fired[];
  /** Empty if all agrees. */
  disagreements: string[];
  /** What each client asked, how it ended, and what it said on stderr; for people who look into a failure. */
  story: string[];
};

/** Plays the scene of the seed, aimed at the point; and at further ones by what people do about it afterwards. */
export async function runEpisode(of: {
  product: Product;
  seed: number;
  point: Point;
  also?: readonly Point[];
  /** Where its ledger lies; in a file if none is given. */
  server?: LedgerServer | null;
}): Promise<Verdict> {
  const { product, seed, point, also = [], server = null } = of;
  const random = seeded(seed);
  const scene = random.pick(point.scenes);
  const url = (await server?.newLedger(product.serverSql)) ?? null;
  using episode = new Episode({ random, product, url });
  const target = deathAt(episode, point);
  for (const one of also) episode.later.push(deathAt(episode, one));
  const disagreements: string[] = [];
  try {
    await scenes[scene]({ episode, target });
    await recover(episode);
    await writeOutdatedSessions(episode);
    disagreements.push(...(await checkEpisode(episode)));
  } catch (error) {
    if (!(error instanceof Stuck)) throw error;
    disagreements.push(error.message);
  }
  const fired = episode.fired();
  if (url !== null) await server?.giveBack(url);
  return {
    seed,
    point,
    also,
    scene,
    fired,
    disagreements,
    story: disagreements.length === 0 ? [] : tell(episode, fired),
  };
}

/** A death somewhere at the point. */
function deathAt(episode: Episode, { process, name, moments, nthMax }: Point): Fault {
  const { random } = episode;
  return episode.fault(process, { point: name, moment: random.pick(moments), nth: random.between(1, nthMax) });
}

/** Whoever shows the end of a run writes its session file, if the one who concluded it did not come to it. */
async function writeOutdatedSessions(episode: Episode): Promise<void> {
  for (const runId of outdatedSessions(episode, (await readLedger(episode)).folds)) {
    await episode.ask("bystander", ["watch", runId, "--jsonl"]);
  }
}

function tell({ answers }: Episode, fired: readonly Fired[]): string[] {
  const steps = [
    ...answers.map(({ startedMs, endedMs, pid, args, code, signal, stderr }) => ({
      atMs: startedMs,
      text: `pid ${pid} runledger ${args.join(" ")} -> ${code ?? signal} after ${(endedMs - startedMs).toFixed(0)} ms; ${stderr.trim().slice(-300)}`,
    })),
    ...fired.map(({ atMs, role, point, moment, action, pid }) => ({
      atMs,
      text: `pid ${pid} ${role}: ${moment} ${point}: ${JSON.stringify(action)}`,
    })),
  ];
  return steps
    .toSorted((a, b) => a.atMs - b.atMs)
    .map(({ atMs, text }) => `${new Date(atMs).toISOString().slice(14, 23)} ${text}`);
}
