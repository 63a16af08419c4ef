// `kill -9` of the supervising process, and of the spare runner, at every step of the hand-over: after the claim, in
// the middle of and between the files, around the folder's move, and within the message through the pipe.
import { beforeAll, describe, expect, test } from "vitest";
import { benchmark001, inParallel, Scene } from "../scene.ts";
import { superviseElsewhere } from "./supervise-elsewhere.ts";

let steps: number[];
/** The step after which the whole message is in the pipe. */
let last: number;

beforeAll(async () => {
  await using scene = new Scene();
  const runId = await scene.queue(benchmark001(), null);
  const { stdout } = await superviseElsewhere(scene, runId).ended;
  const told = JSON.parse(stdout.split("\n")[1] ?? "{}") as { status: string; steps: number };
  expect(told.status).toBe("completed");
  steps = Array.from({ length: told.steps }, (_, index) => index);
  last = told.steps - 1;
}, 30_000);

describe("at every step of the hand-over", () => {
  test("a supervisor that dies leaves a run that was given back, or a runner that ends by itself", async () => {
    await using scene = new Scene();
    await scene.ledger();
    expect(steps.length).toBeGreaterThan(10);
    await inParallel(steps, 2, async (step) => {
      const runId = await scene.queue(benchmark001(), null);
      expect(await superviseElsewhere(scene, runId, { who: "supervisor", step }).ended).toMatchObject({
        signal: "SIGKILL",
      });
      const run = await scene.settledAs(runId, step === last ? "completed" : "queued");
      const { outcome, evidence } = await scene.ending(runId);
      const fact = { step, outcome, fact: evidence.fact };
      if (step === last) {
        expect(fact).toEqual({ step, outcome: "completed", fact: "ok" });
        expect(run).toMatchObject({ score: 1, passed: true });
      } else {
        expect(fact).toEqual({ step, outcome: "given_back", fact: "neverBegan" });
        expect(evidence).toMatchObject({ seenBy: "conclusion", journal: { lines: 0 } });
      }
    });
    await scene.expectVerified();
    const worker = await scene.worker();
    const given = (await (await scene.ledger()).listRuns({ statuses: ["queued"] }, {})).runs;
    const [again] = given;
    expect(given.length).toBe(steps.length - 1);
    expect(await scene.supervise(again?.id ?? "", worker)).toMatchObject({
      status: "completed",
      attempt: { number: 2 },
    });
    await scene.expectVerified();
  }, 60_000);

  test("a spare that dies is replaced, unless it had begun: then the run is failed, and killed by signal 9", async () => {
    await using scene = new Scene();
    await scene.ledger();
    // To a spare that waits all is the same until the folder moves under it and the message begins.
    await inParallel([0, ...steps.slice(-5)], 2, async (step) => {
      const runId = await scene.queue(benchmark001(), null);
      const told = await superviseElsewhere(scene, runId, { who: "runner", step }).ended;
      expect(told).toMatchObject({ code: 0 });
      const run = await scene.status(runId);
      const { outcome, evidence } = await scene.ending(runId);
      const { lines } = evidence.journal ?? { lines: -1 };
      if (outcome === "given_back") {
        expect({ step, status: run.status, attempt: run.attempt?.number, lines }).toEqual({
          ...{ step, status: "completed", attempt: 2, lines: 0 },
        });
      } else {
        // Only who has the whole message can have begun.
        expect({ step, status: run.status, code: run.error?.code }).toEqual({
          ...{ step: last, status: "failed", code: "runner.killed" },
        });
      }
    });
    await scene.expectVerified();
  }, 60_000);
});
