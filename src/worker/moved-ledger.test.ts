// A run that ends while the ledger's folder is moved away: how long its end waits to be recorded, and what is said.

import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { isTerminal } from "../core/moves.ts";
import { settle } from "./settle.ts";
import { programEnv, programNamed, until, Worksite } from "./worksite.fixture.ts";

// Real runners on a busy machine need their time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let site: Worksite;
let warnings: string[] = [];
const onWarning = ({ message }: Error): void => void warnings.push(message);
beforeEach(async () => {
  site = await Worksite.open();
  warnings = [];
  process.on("warning", onWarning);
});
afterEach(async () => {
  process.off("warning", onWarning);
  await site[Symbol.asyncDispose]();
});

it("who waits for the one run gives up after its time, a worker that goes on waits without end", async () => {
  const [one, lanes] = [await site.worker(), await site.worker()];
  const end = join(site.folder, "end");
  const what = { argv: programNamed("waits-for-file.mjs", end) };
  const waitedFor = await site.queue({ ...what, claim: one.newClaim() });
  const inLane = await site.queue({ ...what, claim: lanes.newClaim() });
  const given = one.runToEnd(waitedFor, { env: programEnv, movedMsMax: 10 }).catch((error: unknown) => error);
  const lane = lanes.runOnce(await site.run(inLane), { env: programEnv });
  for (const runId of [waitedFor, inLane]) await site.isReady(runId);
  const { home } = site.ledger;
  renameSync(home, `${home}-moved`);
  try {
    writeFileSync(end, "");
    expect(await given).toMatchObject({ code: "ledger.moved" });
    const said = (runId: string, words: string) =>
      warnings.some((text) => text.startsWith(`run ${runId}: `) && text.endsWith(words));
    expect(said(waitedFor, "its end is recorded if it is back within 0.01 s, else by the next command there")).toBe(
      true,
    );
    await until("the lane says that it waits", () => said(inLane, "its end is recorded once it is back"));
    expect((await site.run(inLane)).status).toBe("running");
  } finally {
    renameSync(`${home}-moved`, home);
  }
  expect(isTerminal((await lane).status)).toBe(true);
  expect(await site.ending(inLane)).toMatchObject({ evidence: { seenBy: "supervisor" } });
  // Once the process that gave up has ended, whoever comes next records the other.
  expect((await site.run(waitedFor)).status).toBe("running");
  await one.close();
  expect(await settle(site.ledger)).toMatchObject({ concluded: [waitedFor], unsettled: [] });
  expect(await site.findings()).toEqual([]);
});
