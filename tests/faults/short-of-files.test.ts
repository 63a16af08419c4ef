// A worker that may open no more files when it has claimed a run: the claim must not lie there until the worker ends.

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { queueOn } from "../queue-on.ts";
import { fixture, program, Scene } from "../scene.ts";

/** Enough for a ledger, a worker and a runner's start, few enough to be taken in a moment. */
const openFilesMax = 80;

/** How many files are left at first, and whether it knows how programs can be held; then its start breaks off elsewhere. */
const cases = [
  { left: 0, knows: "nothing" },
  { left: 4, knows: "nothing" },
  { left: 0, knows: "probed" },
  { left: 1, knows: "probed" },
  { left: 2, knows: "probed" },
];

describe("a worker that may open no more files", () => {
  test.each(cases)(
    "gives back what it has claimed with $left left (it knows $knows), and supervises it when it may",
    async ({ left, knows }) => {
      await using scene = new Scene();
      const ledger = await scene.ledger();
      const runId = await queueOn(ledger, program(["true"]));
      const words = fixture("runs-short-of-files.ts", scene.home, runId, String(left), knows);
      const limited = ["-c", `ulimit -n ${openFilesMax}; exec "$@"`, "sh", ...words];
      const { stdout } = await promisify(execFile)("sh", limited);
      expect(JSON.parse(stdout)).toEqual(["queued", "completed"]);
      const events = await ledger.readEvents(runId, 0, 100);
      const ended = events.filter(({ type }) => type === "attempt.ended").map(({ data }) => data);
      expect(ended).toMatchObject([{ outcome: "given_back" }, { outcome: "completed" }]);
      for await (const finding of ledger.verify()) expect.fail(finding.detail);
    },
  );
});
