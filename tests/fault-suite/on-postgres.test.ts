// A seeded part of the fault suite on PostgreSQL, small enough for every test run; `npm run faults -- --ledger postgres`
// is the whole of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMsMax } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { type LedgerServer, startLedgerServer } from "./ledger-server.ts";
import { pointKey, points } from "./points.ts";
import { makeProduct, type Product } from "./product.ts";
import { runEpisode } from "./run-episode.ts";

/** An episode is real processes by the dozen; a busy machine takes its time for them. */
const episodeMsMax = 180_000;
const buildMsMax = 120_000;
const episodesMax = 6;
const seed = Number(process.env.SEED ?? 11);

let product: Product;
let server: LedgerServer;
beforeAll(async () => {
  product = await makeProduct();
  server = await startLedgerServer();
}, buildMsMax + startMsMax);
afterAll(async () => {
  product?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
});

test.each(["supervisor: claim", "supervisor: intake", "supervisor: conclusion", "bystander: conclusion"])(
  `killed at %s, what clients were told is what the database, the files and the process table say (SEED=${seed})`,
  { timeout: episodesMax * episodeMsMax },
  async (key) => {
    const named = points.find((one) => pointKey(one) === key) ?? expect.fail(`there is no point ${key}`);
    // How often a process comes there depends on how busy the machine is; once it does.
    const point = { ...named, nthMax: 1 };
    for (let episode = 0; episode < episodesMax; episode += 1) {
      const { disagreements, fired, story } = await runEpisode({ product, seed: seed + episode, point, server });
      expect(disagreements, story.join("\n")).toEqual([]);
      // What chance has added may keep a scene from coming there.
      if (fired.some((one) => one.point === point.name && one.role === point.process)) return;
    }
    expect.fail(`nobody came to ${key} in ${episodesMax} episodes`);
  },
);
