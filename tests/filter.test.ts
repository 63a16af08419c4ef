// `run --filter` on runs that really ran: only what did not pass runs again, and what is left out stays as it was.
import { expect, test } from "vitest";
import { expectVerified, idIn, sends, suiteOf } from "./experiment-place.ts";

test("a suite that was run is run again where it failed, and not where nothing is left", async () => {
  using place = suiteOf({ "a.yml": sends("a"), "b.yml": sends("b", 1000) });
  expect((await place.ask(["run", "suite", "--limit", "1"])).code).toBe(0);
  const rest = await place.ask(["run", "suite", "--filter", "unscored"]);
  expect(rest.stderr).toContain("filter  unscored: 1 benchmark left, 1 left out: 1 passed\n");
  expect(rest.stderr).toContain("1 benchmark × deterministic × 1 trial = 1 run ");
  expect(rest.code).toBe(100);
  const shown = await place.ask(["show", idIn(rest.stderr), "--json"]);
  expect(shown.stdout).toContain('"id":"b"');
  const done = await place.ask(["run", "suite", "--filter", "unscored"]);
  expect([done.code, done.stdout.trimEnd().split("\n").at(-1)]).toEqual([
    0,
    "nothing is left to run; nothing was written",
  ]);
  const again = await place.ask(["run", "suite", "--filter", "failed", "--dry-run"]);
  expect(again.stdout).toMatch(/^left out a with deterministic: passed \(run [0-9a-f]{8}, score 1\.000000\)$/m);
  expect(again.stdout).toMatch(/^would run b /m);
  expect((await place.ask(["ls", "-a"])).stdout.trimEnd().split("\n")).toHaveLength(3);
  await expectVerified(place);
});
