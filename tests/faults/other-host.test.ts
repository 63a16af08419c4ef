// A run that is paused on one host goes on on another, which can read neither the processes nor the files of the first:
// all that it needs is in the ledger. So is what the run printed and kept.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isKnown } from "../../src/core/events.ts";
import type { Run } from "../../src/core/run.ts";
import type { Ledger } from "../../src/ledger/ledger.ts";
import { useDatabase } from "../../src/ledger/postgres/use-database.fixture.ts";
import { finishType } from "../../src/protocol/journal.ts";
import { Host } from "../host.ts";
import { queueOn } from "../queue-on.ts";
import { fixture, program, until } from "../scene.ts";
import { witnessedFlow } from "../witnessed-flow.ts";

/** Workers start one after the other, and take over nothing before they may judge. */
const testMsMax = 180_000;
const patienceMs = 60_000;

const database = useDatabase();
let folder: string;
let ledger: Ledger;
const hosts: Host[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-hosts-"));
  // What reads here has a folder of its own, too, in which nothing ever ran.
  ledger = await database.open(database.url, { RUNLEDGER_HOME: join(folder, "nowhere") });
});
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.stop();
  rmSync(folder, { recursive: true, force: true });
});

function startHost(name: "a" | "b"): Host {
  for (const one of ["a", "b"]) mkdirSync(join(folder, one), { recursive: true });
  const hidden = [join(folder, name === "a" ? "b" : "a")];
  const host = new Host(join(folder, name), { url: database.url, isElsewhere: true, hidden });
  hosts.push(host);
  return host;
}

async function reached(runId: string, status: Run["status"]): Promise<Run> {
  return until(
    `run ${runId} is ${status}`,
    async () => {
      const run = await ledger.getRun(runId);
      return run?.status === status ? run : null;
    },
    patienceMs,
  );
}

test("a paused flow goes on from its checkpoint on a host that sees nothing of the first, and no step is done twice", {
  timeout: testMsMax,
}, async () => {
  const first = startHost("a");
  const flow = witnessedFlow({ folder }, { steps: 4, gates: [2] });
  const runId = await queueOn(ledger, flow.benchmark);
  await until("step 2 is under way", () => flow.witnessed().length === 2, patienceMs);
  await ledger.execute(runId, { type: "pause" }, "test");
  const control = join(first.folder, ".runledger/runs", runId, "1/control.jsonl");
  await until("the runner was told", () => readFileSync(control, "utf8").includes("pause"), patienceMs);
  flow.open(2);
  const paused = await reached(runId, "paused");
  expect(paused.checkpoint).toMatch(/^sha256:/);
  await first.stop();

  const second = startHost("b");
  await ledger.execute(runId, { type: "resume", claim: null }, "test");
  expect(await reached(runId, "completed")).toMatchObject({ score: 1, attempt: { number: 2 } });
  expect(flow.witnessed()).toEqual(["1", "2", "3", "4"]);
  const places = (await ledger.readEvents(runId, 0, 500)).flatMap((event) =>
    isKnown(event) && event.type === "attempt.claimed" ? [event.data.place] : [],
  );
  expect(places.length).toBe(2);
  expect(places[0]?.pidns).not.toBe(places[1]?.pidns);
  const folders = ["a", "b"].map((name) => existsSync(join(folder, name, ".runledger/runs", runId, "1")));
  expect(folders).toEqual([true, false]);
  expect(existsSync(join(second.folder, ".runledger/runs", runId, "2/checkpoint.bin"))).toBe(true);
  for await (const finding of ledger.verify()) expect.fail(finding.detail);
});

test("what a runner had finished when its host was restarted is not lost", { timeout: testMsMax }, async () => {
  const first = startHost("a");
  const [began, go] = [join(folder, "began"), join(folder, "go")];
  const script = `touch ${began}; while [ ! -e ${go} ]; do sleep 0.02; done; echo done`;
  const runId = await queueOn(ledger, program(["sh", "-c", script]));
  await until("its program works", () => existsSync(began), patienceMs);
  first.stopWorker();
  writeFileSync(go, "");
  const journal = join(first.folder, ".runledger/runs", runId, "1/journal.jsonl");
  await until("its runner has finished", () => readFileSync(journal, "utf8").includes(finishType), patienceMs);
  first.kill();
  await first.ended;
  expect((await ledger.getRun(runId))?.status).toBe("running");
  // The same folder, and none of the processes.
  startHost("a");
  expect(await reached(runId, "completed")).toMatchObject({ attempt: { number: 1, outcome: "completed" } });
  const stdout = await ledger.readLog({ runId, attempt: 1, stream: "stdout", offset: 0, limit: 100 });
  expect(Buffer.from(stdout).toString()).toBe("done\n");
  for await (const finding of ledger.verify()) expect.fail(finding.detail);
});

test("what a run printed and kept is read on a host that never saw it", { timeout: testMsMax }, async () => {
  const first = startHost("a");
  const lines = "i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; echo to stderr >&2";
  const printed = await queueOn(ledger, program(["sh", "-c", lines]));
  const kept = await queueOn(ledger, program(fixture("reports-a-large-event.mjs")));
  await reached(printed, "completed");
  await reached(kept, "completed");
  await first.stop();
  rmSync(first.folder, { recursive: true });

  const second = startHost("b");
  const { stdout, stderr } = await second.run("logs", printed);
  expect(stdout.split("\n").length).toBe(3_001);
  expect(stdout).toContain("line 2999\n");
  expect(stderr).toContain("to stderr");
  expect((await second.run("show", kept)).stdout).toContain("completed");
  const artifacts = (await ledger.readEvents(kept, 0, 500)).flatMap((event) =>
    isKnown(event) && event.type === "artifact.written" ? [event.data] : [],
  );
  expect(artifacts.length).toBeGreaterThan(0);
  for (const { digest, bytes } of artifacts) expect((await ledger.getBlob(digest))?.length).toBe(bytes);
  for await (const finding of ledger.verify()) expect.fail(finding.detail);
});
