// A campaign: episodes until enough processes were killed, aimed at the points that were hit least so far. Which point
// comes next depends on what was hit; an episode by itself depends on its seed and its point alone.

import type { LedgerServer } from "./ledger-server.ts";
import type { Edit } from "./plants.ts";
import { pointKey, points } from "./points.ts";
import { runEpisode, type Verdict } from "./run-episode.ts";

/** How often a point was hit, by what. */
export type Hits = { kills: number; others: number };

export type Campaign = {
  seed: number;
  kills: number;
  episodes: number;
  /** By the point's key; every point of the catalogue is in it. */
  hits: Map<string, Hits>;
  failures: Verdict[];
  seconds: number;
};

export type CampaignOptions = {
  seed: number;
  /** At least so many processes are killed. */
  kills: number;
  /** And each point is hit at least so often. */
  killsEach: number;
  /** Only points whose key holds this. */
  only: string;
  edits: readonly Edit[];
  /** Episodes at a time. */
  width: number;
  /** Where the ledgers lie; in files if there is none. */
  server: LedgerServer | null;
  /** Ends it after so many failed episodes. */
  failuresMax: number;
  onVerdict: (verdict: Verdict, so_far: Campaign) => void;
};

/** Episodes in vain for one point; a point that cannot be hit must not keep the campaign going for ever. */
const vainMax = 200;

export async function runCampaign(options: CampaignOptions): Promise<Campaign> {
  const { seed, killsEach, width, failuresMax, edits, server, onVerdict } = options;
  const chosen = points.filter((point) => pointKey(point).includes(options.only));
  if (chosen.length === 0) throw new Error(`no point is named ${options.only}`);
  const hits = new Map(chosen.map((point) => [pointKey(point), { kills: 0, others: 0 }]));
  const campaign: Campaign = { seed, kills: 0, episodes: 0, hits, failures: [], seconds: 0 };
  const aimed = new Map<string, number>();
  const begunMs = performance.now();
  const next = () => {
    if (campaign.failures.length >= failuresMax) return null;
    const rated = chosen.map((point) => {
      const key = pointKey(point);
      return { point, kills: hits.get(key)?.kills ?? 0, times: aimed.get(key) ?? 0 };
    });
    const open = rated.filter(
      ({ kills, times }) => campaign.kills < options.kills || (kills < killsEach && times < vainMax + 2 * killsEach),
    );
    // What was aimed at and missed comes again, but does not push the others aside.
    return open.toSorted((a, b) => a.kills + a.times / 4 - b.kills - b.times / 4)[0]?.point ?? null;
  };
  let started = 0;
  const lane = async (): Promise<void> => {
    for (let point = next(); point !== null; point = next()) {
      const key = pointKey(point);
      aimed.set(key, (aimed.get(key) ?? 0) + 1);
      const verdict = await runEpisode({ seed: seed + started++, point, edits, server });
      count(campaign, verdict);
      campaign.seconds = (performance.now() - begunMs) / 1000;
      onVerdict(verdict, campaign);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return campaign;
}

function count(campaign: Campaign, verdict: Verdict): void {
  campaign.episodes += 1;
  if (verdict.disagreements.length > 0) campaign.failures.push(verdict);
  for (const { role, point, action } of verdict.fired) {
    const isKill = action.do === "kill";
    if (isKill) campaign.kills += 1;
    const hit = campaign.hits.get(pointKey({ process: role, name: point }));
    if (hit === undefined) continue;
    if (isKill) hit.kills += 1;
    else if (action.do !== "hold") hit.others += 1;
  }
}
