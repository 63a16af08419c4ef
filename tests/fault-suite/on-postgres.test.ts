// A seeded part of the fault suite on PostgreSQL, small enough for every test run; `npm run faults -- --ledger postgres`
// is the whole of it.
import { afterAll, beforeAll, expect, test } from "vitest";
import { startMsMax } from "../../src/ledger/postgres/real-postgres.fixture.ts";
import { type LedgerServer, startLedgerServer } from "./ledger-server.ts";
import { pointKey, points } from "./points.ts";
import { runEpisode } from "./run-episode.ts";

/** An episode is real processes by the dozen; a busy machine takes its time for them. */
const episodeMsMax = 180_000;
const seed = Number(process.env.SEED ?? 11);

let server: LedgerServer;
beforeAll(async () => {
  server = await startLedgerServer();
}, startMsMax);
afterAll(() => server?.[Symbol.asyncDispose]());

test.each(["supervisor: claim", "supervisor: intake", "bystander: adoption", "bystander: conclusion"])(
  `killed at %s, what clients were told is what the database, the files and the process table say (SEED=${seed})`,
  { timeout: episodeMsMax },
  async (key) => {
    const point = points.find((one) => pointKey(one) === key) ?? expect.fail(`there is no point ${key}`);
    const { disagreements, fired, story } = await runEpisode({ seed, point, edits: [], server });
    expect(disagreements, story.join("\n")).toEqual([]);
    expect(fired.length).toBeGreaterThan(0);
  },
);
