// `npm run faults`: kills, stops and starves real processes of the product at named points, and holds what is left
// against what clients were told. SEED=N plays the same episodes again.

import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { type Campaign, type CampaignOptions, readCampaign, runCampaign } from "./campaign.ts";
import { failureText } from "./failure-text.ts";
import { type LedgerServer, startLedgerServer } from "./ledger-server.ts";
import { type LedgerKind, plants } from "./plants.ts";
import { type Point, pointKey, points } from "./points.ts";
import { keepProduct, makeProduct, type Product } from "./product.ts";
import { campaignText, hitsTable, summary, writePage } from "./report.ts";
import { runEpisode, type Verdict } from "./run-episode.ts";

const help = `npm run faults -- [options]          SEED=N plays the same episodes again

  --kills N       processes to kill; default 1000
  --long          10000 kills, and each point at least 300 times
  --campaign DIR  keeps what it has come to in this folder; given again, it goes on with the next seeds there. Ctrl-C lets
                  the episodes under way come to their ends
  --at-once N     episodes at a time; default: one more than there are processors
  --ledger NAME   where the ledgers lie: sqlite, the default, or postgres, on a server that the suite starts
  --point TEXT    only points whose name holds this, such as "runner: journal line"
  --episodes N    so many episodes, whatever they kill; with --point, --also and SEED they can be played again
  --also LIST     of these: further points, with commas, for after the scene
  --plant NAME    a bug is planted in the product: ${Object.keys(plants).join(", ")}
  --teeth         each of these bugs in turn: the suite must find every one of them within 200 kills; with --plant this one
  --write         put the table into docs/reliability.md
  --json          one JSON value at the end`;

const { values: given } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    long: { type: "boolean", default: false },
    campaign: { type: "string" },
    "at-once": { type: "string", default: String(availableParallelism() + 1) },
    ledger: { type: "string", default: "sqlite" },
    point: { type: "string", default: "" },
    episodes: { type: "string" },
    also: { type: "string", default: "" },
    plant: { type: "string" },
    teeth: { type: "boolean", default: false },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What a campaign shows at most of failed episodes. */
const failuresMax = 20;
const teethKills = 200;
const progressEveryMs = 10_000;

/** What the episodes are played with. */
type Setting = { seed: number; product: Product; server: LedgerServer | null };

if (given.help) console.log(help);
else process.exitCode = await main(ledgerKind(given.ledger));

async function main(ledger: LedgerKind): Promise<number> {
  const { plant = null } = given;
  const folder = given.campaign === undefined ? null : resolve(given.campaign);
  if (folder !== null) mkdirSync(folder, { recursive: true });
  const seed =
    readCampaign(folder, ledger)?.seed ?? Number(process.env.SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  const planted = { plant: given.teeth ? null : plant, ledger };
  using product = await (folder === null ? makeProduct(planted) : keepProduct(join(folder, "product"), planted));
  await using server = ledger === "postgres" ? await startLedgerServer() : null;
  const setting = { seed, product, server };
  if (given.teeth) return await showTeeth(setting, ledger);
  return await (given.episodes === undefined ? attack(setting, folder) : play(setting));
}

function ledgerKind(name: string): LedgerKind {
  if (name !== "sqlite" && name !== "postgres") throw new Error(`--ledger is sqlite or postgres, not ${name}`);
  return name;
}

function optionsOf(setting: Setting, more: Partial<CampaignOptions> = {}): CampaignOptions {
  const kills = given.long ? 10_000 : Number(given.kills);
  const killsEach = given.long ? 300 : Math.floor(kills / points.length / 2);
  // A campaign for single points is about these alone.
  const rest = { folder: null, isStacked: given.point === "", failuresMax, onVerdict: teller(), ...more };
  return { ...setting, kills, killsEach, only: given.point, atOnce: Number(given["at-once"]), ...rest };
}

async function attack(setting: Setting, folder: string | null): Promise<number> {
  const stop = new AbortController();
  // The first lets the episodes under way come to their ends, so that no process of theirs is left.
  for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
  const campaign = await runCampaign(optionsOf(setting, { folder, signal: stop.signal }));
  console.log(`${hitsTable(campaign)}\n\n${summary(campaign)}`);
  if (folder !== null) writeFileSync(join(folder, `${given.ledger}.md`), campaignText(campaign));
  if (given.write) writePage(campaign, setting.server === null ? "sqlite" : "postgres");
  if (given.json) console.log(JSON.stringify(campaign));
  return campaign.failures.length === 0 ? 0 : 1;
}

/** Tells failures as they come, and now and then how far it is. */
function teller(): (verdict: Verdict, campaign: Campaign) => void {
  let toldMs = performance.now();
  return (verdict, campaign) => {
    if (verdict.disagreements.length > 0) console.error(failureText(verdict));
    if (performance.now() - toldMs < progressEveryMs) return;
    toldMs = performance.now();
    console.error(summary(campaign));
  };
}

/** Plays single episodes and tells what became of each. */
async function play(setting: Setting): Promise<number> {
  const chosen = points.filter((point) => pointKey(point).includes(given.point));
  const also = given.also.split(",").flatMap(pointNamed);
  let failed = 0;
  for (let index = 0; index < Number(given.episodes); index += 1) {
    const point = chosen[index % chosen.length];
    if (point === undefined) throw new Error(`no point is named ${given.point}`);
    const seed = setting.seed + index;
    const verdict = await runEpisode({ ...setting, seed, point, also });
    const fired = verdict.fired.map((one) => `${one.role}: ${one.moment} ${one.point}: ${one.action.do}`);
    console.log(`${seed}  ${pointKey(point)}  ${verdict.scene}  ${fired.join(", ") || "nothing happened"}`);
    if (verdict.disagreements.length > 0) console.log(failureText(verdict));
    failed += verdict.disagreements.length > 0 ? 1 : 0;
  }
  return failed === 0 ? 0 : 1;
}

function pointNamed(name: string): Point[] {
  const point = points.find((one) => pointKey(one) === name.trim());
  if (point === undefined && name !== "") throw new Error(`no point is named ${name}`);
  return point === undefined ? [] : [point];
}

/** A bug counts as found if the same episode without it shows nothing. */
async function showTeeth(setting: Setting, ledger: LedgerKind): Promise<number> {
  let missed = 0;
  for (const [plant, { what }] of Object.entries(plants)) {
    if (given.plant !== undefined && given.plant !== plant) continue;
    const found: Verdict[] = [];
    using product = await makeProduct({ plant, ledger });
    const onVerdict = (verdict: Verdict): void => void (verdict.disagreements.length > 0 && found.push(verdict));
    const campaign = await runCampaign({
      // Scene after scene, since it is one of them that shows it.
      ...optionsOf({ ...setting, product }, { isStacked: false, failuresMax: 1, onVerdict }),
      kills: teethKills,
    });
    const [first] = found;
    const sound = first === undefined ? null : await runEpisode({ ...setting, ...first, server: setting.server });
    const isFound = sound?.disagreements.length === 0;
    missed += isFound ? 0 : 1;
    console.log(
      `${isFound ? "found " : "MISSED"}  ${plant}: ${what}\n        after ${campaign.kills} kills: ${first?.disagreements[0] ?? "nothing"}`,
    );
    if (sound !== null && sound.disagreements.length > 0)
      console.log(`        without it, too: ${sound.disagreements[0]}`);
  }
  return missed === 0 ? 0 : 1;
}
