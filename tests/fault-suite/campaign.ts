// A campaign: episodes until enough processes were killed, aimed at the points that were hit least so far. Which point
// comes next depends on what was hit; an episode by itself depends on its seed and its points alone. What it has come to
// is kept in a file, if it has a folder, so that a campaign that was stopped goes on with the next seeds.

import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { failureText } from "./failure-text.ts";
import type { LedgerServer } from "./ledger-server.ts";
import type { LedgerKind } from "./plants.ts";
import { type Point, pointKey, points, type Role } from "./points.ts";
import type { Product } from "./product.ts";
import { laterPoints } from "./recover.ts";
import { runEpisode, type Verdict } from "./run-episode.ts";

/** How often a point was aimed at by a scene, and what it was hit by. */
export type Hits = { aimed: number; kills: number; others: number };

/** All of it is plain data. */
export type Campaign = {
  seed: number;
  /** The sources that were played with. */
  digest: string;
  kills: number;
  episodes: number;
  /** Episodes that were begun, each with a seed of its own; one that was cut short is not counted above. */
  begun: number;
  /** By the point's key; every point of the catalogue is in it. */
  hits: Record<string, Hits>;
  /** In words, with the command that plays it again. */
  failures: string[];
  seconds: number;
  atOnce: number;
};

export type CampaignOptions = {
  product: Product;
  seed: number;
  /** At least so many processes are killed. */
  kills: number;
  /** And each point is hit at least so often. */
  killsEach: number;
  /** Only points whose key holds this. */
  only: string;
  /** Episodes at a time. */
  atOnce: number;
  /** Where the ledgers lie; in files if there is none. */
  server: LedgerServer | null;
  /** Ends it after so many failed episodes. */
  failuresMax: number;
  /** Whether people are killed at further points when they come back after a scene: more kills from each episode. */
  isStacked: boolean;
  /** Where its state is kept; nowhere if null. */
  folder: string | null;
  onVerdict: (verdict: Verdict, so_far: Campaign) => void;
  /** No episode is begun any more. */
  signal?: AbortSignal;
};

/** Episodes in vain for one point; a point that cannot be hit must not keep the campaign going for ever. */
const vainMax = 200;
/** How many deaths of each role are still to come after a scene. */
const later: Record<Role, number> = { runner: 1, supervisor: 1, bystander: 2 };

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { product, atOnce, server, folder, onVerdict } = options;
  const chosen = points.filter((point) => pointKey(point).includes(options.only));
  if (chosen.length === 0) throw new Error(`no point is named ${options.only}`);
  const ledger = server === null ? "sqlite" : "postgres";
  const campaign = readCampaign(folder, ledger) ?? newCampaign(options);
  for (const point of chosen) campaign.hits[pointKey(point)] ??= { aimed: 0, kills: 0, others: 0 };
  const secondsBefore = campaign.seconds;
  const begunMs = performance.now();
  const lane = async (): Promise<void> => {
    for (let point = next(campaign, chosen, options); point !== null; point = next(campaign, chosen, options)) {
      hitsOf(campaign, point).aimed += 1;
      const seed = campaign.seed + campaign.begun;
      campaign.begun += 1;
      const also = options.isStacked ? leastHit(campaign, point) : [];
      const verdict = await runEpisode({ product, seed, point, also, server });
      count(campaign, verdict);
      campaign.seconds = secondsBefore + (performance.now() - begunMs) / 1000;
      campaign.atOnce = atOnce;
      keepCampaign(folder, ledger, campaign);
      onVerdict(verdict, campaign);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return campaign;
}

function newCampaign({ seed, product: { digest } }: CampaignOptions): Campaign {
  return { seed, digest, kills: 0, episodes: 0, begun: 0, hits: {}, failures: [], seconds: 0, atOnce: 0 };
}

/** What the campaign on ledgers of this kind has come to that is kept in the folder; null if none has begun there. */
export function readCampaign(folder: string | null, ledger: LedgerKind): Campaign | null {
  const path = folder === null ? null : join(folder, `${ledger}.json`);
  return path === null || !existsSync(path) ? null : (JSON.parse(readFileSync(path, "utf8")) as Campaign);
}

function keepCampaign(folder: string | null, ledger: LedgerKind, campaign: Campaign): void {
  if (folder === null) return;
  const path = join(folder, `${ledger}.json`);
  writeFileSync(`${path}.new`, JSON.stringify(campaign, null, 1));
  renameSync(`${path}.new`, path);
}

function hitsOf({ hits }: Campaign, point: Pick<Point, "process" | "name">): Hits {
  return hits[pointKey(point)] ?? { aimed: 0, kills: 0, others: 0 };
}

/** The point that needs an episode most. */
function next(
  campaign: Campaign,
  chosen: readonly Point[],
  { kills, killsEach, failuresMax, signal }: CampaignOptions,
): Point | null {
  if (campaign.failures.length >= failuresMax || signal?.aborted === true) return null;
  const rated = chosen.map((point) => ({ point, ...hitsOf(campaign, point) }));
  const open = rated.filter(
    (one) => campaign.kills < kills || (one.kills < killsEach && one.aimed < vainMax + 2 * killsEach),
  );
  // What was aimed at and missed comes again, but does not push the others aside.
  return open.toSorted((a, b) => a.kills + a.aimed / 8 - b.kills - b.aimed / 8)[0]?.point ?? null;
}

/** Points that are passed after the scene, too: of each role those that were hit least. */
function leastHit(campaign: Campaign, target: Point): Point[] {
  const rated = laterPoints
    .filter((point) => pointKey(point) !== pointKey(target))
    .map((point, index) => ({ point, kills: hitsOf(campaign, point).kills + ((campaign.begun + index) % 7) / 7 }))
    .toSorted((a, b) => a.kills - b.kills);
  return Object.entries(later).flatMap(([role, many]) =>
    rated
      .filter(({ point }) => point.process === role)
      .slice(0, many)
      .map(({ point }) => point),
  );
}

function count(campaign: Campaign, verdict: Verdict): void {
  campaign.episodes += 1;
  if (verdict.disagreements.length > 0) campaign.failures.push(failureText(verdict));
  for (const { role, point, action } of verdict.fired) {
    const isKill = action.do === "kill";
    if (isKill) campaign.kills += 1;
    const hit = campaign.hits[pointKey({ process: role, name: point })];
    if (hit === undefined) continue;
    if (isKill) hit.kills += 1;
    else if (action.do !== "hold") hit.others += 1;
  }
}
