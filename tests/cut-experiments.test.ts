// Experiments that are cut off, by a kill, an interrupt or a run that does not pass, and gone on with.
import { expect, test } from "vitest";
import { isTerminal } from "../src/core/moves.ts";
import { interruptUntil } from "./command-line.ts";
import {
  cellsOf,
  commandsNamed,
  expectVerified,
  idIn,
  type Place,
  sends,
  sleeps,
  suiteOf,
  type Value,
  withLedger,
} from "./experiment-place.ts";

test("killed at its 9th of 16 cells, it is resumed: nothing that ended runs again, and each cell ends once", async () => {
  using place = suiteOf({ "a.yml": sends("a"), "b.yml": sends("b") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "8", "-j", "2"]);
  await shows("stderr", " 8/16 ");
  child.kill("SIGKILL");
  const id = idIn((await ended).stderr);
  const before = await withLedger(place, (ledger) => cellsOf(ledger, id));
  expect(before.runs).toHaveLength(16);
  const done = before.runs.filter(({ status }) => isTerminal(status));
  expect(done.length).toBeGreaterThanOrEqual(8);
  expect(before.runs.filter(({ status }) => status === "queued").length).toBeGreaterThan(0);

  const resumed = await place.run(["resume", id]);
  expect(resumed.stderr).toMatch(/\d+ done · \d+ left: .*not started/);
  expect(resumed.stderr).toContain("16 planned · 16 ended · 16 scored · 16 passed · 0 below");
  expect(resumed.code).toBe(0);

  await withLedger(place, async (ledger) => {
    const after = await cellsOf(ledger, id);
    for (const run of done) expect(after.runs.find((one) => one.id === run.id)).toEqual(run);
    for (const run of after.runs) {
      const types = (await ledger.readEvents(run.id, 0, 1_000)).map(({ type }) => type);
      expect(types.filter((type) => type === "run.completed")).toHaveLength(1);
      const attempts = types.filter((type) => type === "attempt.claimed").length;
      expect(types.filter((type) => type === "attempt.ended")).toHaveLength(attempts);
    }
  });
  await expectVerified(place);
});

test("two commands that resume the same experiment share what is left, and no cell runs twice", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "8", "-j", "1"]);
  await shows("stderr", " 1/8 ");
  child.kill("SIGKILL");
  const id = idIn((await ended).stderr);
  const both = await Promise.all([place.run(["resume", id, "-j", "1"]), place.run(["resume", id, "-j", "1"])]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  await withLedger(place, async (ledger) => {
    const { runs } = await cellsOf(ledger, id);
    expect(runs.filter(({ status }) => status === "completed")).toHaveLength(8);
    // The one that ran when its command was killed may have been lost and tried once more.
    expect(runs.filter(({ attempt }) => attempt?.number !== 1).length).toBeLessThanOrEqual(1);
    expect(new Set(runs.map(({ attempt }) => attempt?.worker)).size).toBeGreaterThan(1);
  });
  await expectVerified(place);
});

test("an interrupt cancels what runs and what waits; retry runs what has no score, and nothing else", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "12", "-j", "2"]);
  await shows("stderr", " 2/12 ");
  child.kill("SIGINT");
  const { code, stderr } = await ended;
  const id = idIn(stderr);
  expect(stderr).toMatch(/12 planned · 12 ended · .*unscored \(cancelled\)/);
  expect(stderr).toContain(`retry ${id} --only unscored`);
  expect(code).toBe(130);
  const scored = await withLedger(place, async (ledger) =>
    (await cellsOf(ledger, id)).runs.filter(({ status }) => status === "completed"),
  );
  const retried = await place.run(["retry", id, "--only", "unscored", "--json"]);
  const { experiment } = JSON.parse(retried.stdout) as Value;
  expect(experiment).toMatchObject({ planned: 12, ended: 12, passed: 12, unscored: {} });
  expect(retried.code).toBe(0);
  await withLedger(place, async (ledger) => {
    const { runs } = await cellsOf(ledger, id);
    for (const run of scored) expect(runs.find((one) => one.id === run.id)).toEqual(run);
  });
  await expectVerified(place);
});

test("a second interrupt waits for no grace, and nothing is left alive", async () => {
  using place = suiteOf({ "sleeps.yml": sleeps });
  const args = ["run", "suite", "--trials", "3", "-j", "1", "--limits", "grace_s=600", "--jsonl"];
  const { child, shows, ended } = place.start(args);
  await shows("stdout", '"type":"tool.called"');
  // A runner that is stopped obeys nobody, so that only the end of the grace ends it.
  process.kill(await runnerPid(place), "SIGSTOP");
  child.kill("SIGINT");
  await shows("stderr", "once more to cancel without grace");
  await shows("stdout", '"type":"run.cancel_requested"');
  await interruptUntil({ child, shows }, "cancelling without grace");
  const { code, stdout } = await ended;
  expect(code).toBe(130);
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { experiment: object };
  expect(last.experiment).toMatchObject({ planned: 3, ended: 3, unscored: { cancelled: 3 } });
  expect(commandsNamed(place.folder)).toEqual([]);
  await expectVerified(place);
});

test("with --fail-fast the first run that does not pass cancels the rest", async () => {
  using place = suiteOf({ "a.yml": sends("a", 1000), "b.yml": sends("b") });
  const { code, stdout, stderr } = await place.run([
    "run",
    "suite",
    "--trials",
    "4",
    "-j",
    "1",
    "--fail-fast",
    "--json",
  ]);
  const { experiment, runs } = JSON.parse(stdout) as Value;
  expect(runs[0]).toMatchObject({ status: "completed", passed: false });
  expect(experiment).toMatchObject({ planned: 8, ended: 8 });
  expect((experiment.unscored as Record<string, number>).cancelled).toBeGreaterThan(0);
  expect(stderr).toContain("the rest is cancelled (--fail-fast)");
  expect(code).toBe(100);
});

test("cancel EXPERIMENT ends what a killed command left behind", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  const { child, shows, ended } = place.start(["run", "suite", "--trials", "8", "-j", "1"]);
  await shows("stderr", " 1/8 ");
  child.kill("SIGKILL");
  const id = idIn((await ended).stderr);
  const { code, stdout } = await place.run(["cancel", id]);
  expect(stdout).toContain("cancelled");
  expect(code).toBe(0);
  await withLedger(place, async (ledger) => {
    const { runs } = await cellsOf(ledger, id);
    expect(runs.filter(({ status }) => !isTerminal(status))).toEqual([]);
  });
  await expectVerified(place);
});

/** The process of the one attempt that is under way. */
function runnerPid(place: Place): Promise<number> {
  return withLedger(place, async (ledger) => {
    const [live] = await ledger.liveAttempts();
    const run = await ledger.getRun(live?.runId ?? "");
    if (run?.attempt?.pid == null) throw new Error("no runner is at work");
    return run.attempt.pid;
  });
}
