// `npm run faults`: kills, stops and starves real processes of the product at named points, and holds what is left
// against what clients were told. SEED=N plays the same episodes again.

import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Campaign, type CampaignOptions, runCampaign } from "./campaign.ts";
import { type LedgerServer, startLedgerServer } from "./ledger-server.ts";
import { editsOf, plants } from "./plants.ts";
import { pointKey, points } from "./points.ts";
import { failureText, hitsTable, summary, writePage } from "./report.ts";
import { runEpisode, type Verdict } from "./run-episode.ts";

const help = `npm run faults -- [options]          SEED=N plays the same episodes again

  --kills N      processes to kill; default 1000
  --long         10000 kills, and each point at least 300 times
  --point TEXT   only points whose name holds this, such as "runner: journal line"
  --episodes N   so many episodes, whatever they kill; with --point and SEED they can be played again
  --plant NAME   a bug is planted in the product: ${Object.keys(plants).join(", ")}
  --teeth        each of these bugs in turn: the suite must find every one of them within 200 kills; with --plant this one
  --ledger NAME  where the ledgers lie: sqlite, the default, or postgres, on a server that the suite starts
  --width N      episodes at a time; default 2
  --write        put the table into docs/reliability.md
  --json         one JSON value at the end`;

const { values: given } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    long: { type: "boolean", default: false },
    point: { type: "string", default: "" },
    episodes: { type: "string" },
    plant: { type: "string" },
    teeth: { type: "boolean", default: false },
    width: { type: "string", default: "2" },
    ledger: { type: "string", default: "sqlite" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

/** What a campaign shows at most of failed episodes. */
const failuresMax = 20;
const teethKills = 200;
const progressEveryMs = 10_000;

if (given.help) {
  console.log(help);
} else {
  useCompileCache();
  buildPages();
  const seed = Number(process.env.SEED ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  await using server = await serverOf(given.ledger);
  process.exitCode = await (given.teeth
    ? showTeeth(seed, server)
    : given.episodes === undefined
      ? attack(seed, server)
      : play(seed, server));
}

/** Processes are started by the thousand from sources: what one has compiled serves the next. */
function useCompileCache(): void {
  const folder = fileURLToPath(new URL("../../node_modules/.cache/runledger-tests", import.meta.url));
  mkdirSync(folder, { recursive: true });
  process.env.NODE_COMPILE_CACHE ??= folder;
}

/** The first server of a checkout builds its pages; one that is killed meanwhile would leave the builder behind. */
function buildPages(): void {
  const builder = fileURLToPath(new URL("../../scripts/build-pages.mjs", import.meta.url));
  spawnSync(process.execPath, [builder, "--if-changed"], { stdio: ["ignore", "ignore", "inherit"] });
}

async function serverOf(ledger: string): Promise<LedgerServer | null> {
  if (ledger !== "sqlite" && ledger !== "postgres") throw new Error(`--ledger is sqlite or postgres, not ${ledger}`);
  return ledger === "postgres" ? startLedgerServer() : null;
}

function optionsOf(seed: number, server: LedgerServer | null, more: Partial<CampaignOptions> = {}): CampaignOptions {
  const kills = given.long ? 10_000 : Number(given.kills);
  const killsEach = given.long ? 300 : Math.floor(kills / points.length / 2);
  const edits = given.plant === undefined ? [] : editsOf(given.plant);
  return {
    seed,
    kills,
    killsEach,
    only: given.point,
    edits,
    width: Number(given.width),
    server,
    failuresMax,
    onVerdict: teller(),
    ...more,
  };
}

async function attack(seed: number, server: LedgerServer | null): Promise<number> {
  const campaign = await runCampaign(optionsOf(seed, server));
  console.log(`${hitsTable(campaign)}\n\n${summary(campaign)}`);
  if (given.write) writePage(campaign, server === null ? "sqlite" : "postgres");
  if (given.json) console.log(JSON.stringify({ ...campaign, hits: Object.fromEntries(campaign.hits) }));
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
async function play(seed: number, server: LedgerServer | null): Promise<number> {
  const { edits, only } = optionsOf(seed, server);
  const chosen = points.filter((point) => pointKey(point).includes(only));
  let failed = 0;
  for (let index = 0; index < Number(given.episodes); index += 1) {
    const point = chosen[index % chosen.length];
    if (point === undefined) throw new Error(`no point is named ${only}`);
    const verdict = await runEpisode({ seed: seed + index, point, edits, server });
    const fired = verdict.fired.map((one) => `${one.role}: ${one.moment} ${one.point}: ${one.action.do}`);
    console.log(`${seed + index}  ${pointKey(point)}  ${verdict.scene}  ${fired.join(", ") || "nothing happened"}`);
    if (verdict.disagreements.length > 0) console.log(failureText(verdict));
    failed += verdict.disagreements.length > 0 ? 1 : 0;
  }
  return failed === 0 ? 0 : 1;
}

/** A bug counts as found if the same episode without it shows nothing. */
async function showTeeth(seed: number, server: LedgerServer | null): Promise<number> {
  if (server !== null) throw new Error("--teeth is for SQLite, whose adapter some of the bugs are planted into");
  let missed = 0;
  for (const [name, { what }] of Object.entries(plants)) {
    if (given.plant !== undefined && given.plant !== name) continue;
    const found: Verdict[] = [];
    const edits = editsOf(name);
    const campaign = await runCampaign(
      optionsOf(seed, server, {
        edits,
        kills: teethKills,
        failuresMax: 1,
        onVerdict: (verdict) => void (verdict.disagreements.length > 0 && found.push(verdict)),
      }),
    );
    const [first] = found;
    const sound =
      first === undefined ? null : await runEpisode({ seed: first.seed, point: first.point, edits: [], server });
    // A product that cannot even be loaded proves nothing.
    const isLoaded = first?.disagreements.every((one) => !one.includes("SyntaxError")) ?? false;
    const isFound = isLoaded && sound?.disagreements.length === 0;
    missed += isFound ? 0 : 1;
    console.log(
      `${isFound ? "found " : "MISSED"}  ${name}: ${what}\n        after ${campaign.kills} kills: ${first?.disagreements[0] ?? "nothing"}`,
    );
    if (sound !== null && sound.disagreements.length > 0)
      console.log(`        without it, too: ${sound.disagreements[0]}`);
  }
  return missed === 0 ? 0 : 1;
}
