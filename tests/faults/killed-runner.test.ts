// `kill -9` of the runner, supervised, at every line of the first benchmark's journal: the run is failed and says what
// killed it, unless the finish record was whole: then the result stands.
import { expect, test } from "vitest";
import { benchmark001, inParallel, Scene } from "../scene.ts";
import { diesAtLine, diesBeforeItsJournal, type Moment, moments, writesHalfOfLine } from "./broken-runners.ts";

/** Lines that benchmark 001 writes; the first test holds it to be true. */
const linesOf001 = 14;
const momentsOf = (line: number): Moment[] => moments.filter((moment) => line === 1 || moment !== "before");
const title = "a runner killed before, in the middle of and after every line it writes leaves the truth behind";

test(title, async () => {
  await using scene = new Scene();
  const sound = await scene.run(benchmark001(), await scene.worker());
  const { evidence: whole } = await scene.ending(sound.id);
  expect(whole.journal?.lines).toBe(linesOf001);

  const lines = Array.from({ length: linesOf001 }, (_, index) => index + 1);
  // Between two lines there is nothing to see: after the one is before the other.
  const cases = lines.flatMap((line) => momentsOf(line).map((moment) => ({ line, moment })));
  await inParallel(cases, 3, async ({ line, moment }) => {
    const url = scene.faultyRunner(`dies-${moments.indexOf(moment)}-${line}`, diesAtLine(line, moment));
    const run = await scene.run(benchmark001(), await scene.worker({ url }));
    const { evidence, outcome } = await scene.ending(run.id);
    const whole = moment === "after" ? line : line - 1;
    const seen = { line, moment, status: run.status, exit: evidence.exit, lines: evidence.journal?.lines };
    const isResult = whole === linesOf001;
    const exit = { code: null, signal: "SIGKILL" };
    expect(seen).toEqual({ line, moment, status: isResult ? "completed" : "failed", exit, lines: whole });
    expect(evidence.journal).toMatchObject({ broken: null });
    expect((evidence.journal?.tornBytes ?? 0) > 0).toBe(moment === "in the middle of");
    expect(evidence.killedFor).toBeNull();
    if (isResult) expect(run).toMatchObject({ score: 1, passed: true, error: null });
    else expect(run).toMatchObject({ score: null, error: { code: "runner.killed", origin: "runner" } });
    expect(outcome).toBe(isResult ? "completed" : "failed");
  });
  await scene.expectVerified();
}, 60_000);

test("runners that are killed before their first act are given back three times; the fourth time the run fails", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ url: scene.faultyRunner("never-begins", diesBeforeItsJournal), spares: 2 });
  const run = await scene.run(benchmark001(), worker);
  expect(run).toMatchObject({ status: "failed", error: { code: "runner.never-started" }, attempt: { number: 4 } });
  expect(await scene.ending(run.id, 1)).toMatchObject({ outcome: "given_back", evidence: { fact: "neverBegan" } });
  await scene.expectVerified();
});

test("a runner that can write only half a line writes no other, and says so by its exit", async () => {
  await using scene = new Scene();
  const worker = await scene.worker({ url: scene.faultyRunner("short", writesHalfOfLine(6)) });
  const run = await scene.run(benchmark001(), worker);
  expect(run).toMatchObject({ status: "failed", error: { code: "journal.unwritable" } });
  expect((await scene.ending(run.id)).evidence).toMatchObject({ exit: { code: 74 }, journal: { lines: 5 } });
  await scene.expectVerified();
});
