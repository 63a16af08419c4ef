// A second terminal sees what the first one sees: `watch`, begun while a run goes on in another process, prints the same
// lines to the byte, times and all, since both read them from the ledger.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Started, workplace } from "./command-line.ts";

const benchmark = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));

describe("watch of a program that goes on", () => {
  test.each([0, 3])("prints what its exec prints, and exits as it does: with %i", async (code) => {
    using place = workplace();
    // The file is what the program waits for, so that no clock decides who is first.
    const report = `echo '{"type":"progress","done":1,"total":2}' >> $RUNLEDGER_EVENTS`;
    const script = `echo there; until [ -e go ]; do sleep 0.05; done; ${report}; echo done; exit ${code}`;
    const started = place.start(["exec", "--", "sh", "-c", script]);
    await started.shows("stdout", "there");
    const watcher = place.start(["watch"]);
    await watcher.shows("stdout", "there");
    writeFileSync(join(place.folder, "go"), "");
    const ran = await started.ended;
    expect([ran.code, ran.stdout]).toEqual([code, "there\ndone\n"]);
    expect(ran.stderr).toContain("progress");
    expect(await watcher.ended).toEqual(ran);
  });
});

describe("watch of a benchmark that goes on", () => {
  const text = readFileSync(benchmark, "utf8");
  const cases = [
    { what: "passes", file: text, shows: /submit +ok/, code: 0 },
    {
      what: "has a failed transaction",
      file: text.replace(/(tool: sol_transfer.*lamports: )100000000/, "$12000000000"),
      shows: /submit +failed/,
      code: 100,
    },
  ];
  test.each(cases)("prints what its run prints, also one that $what", async ({ file, shows, code }) => {
    using place = workplace();
    writeFileSync(join(place.folder, "001-sol-transfer.yml"), file);
    const started = place.start(["run", "001-sol-transfer.yml", "--seed", "7"]);
    // The runner is held still until somebody watches.
    const runner = await runnerOf(started);
    process.kill(runner, "SIGSTOP");
    const watcher = place.start(["watch"]);
    await watcher.shows("stderr", "started");
    process.kill(runner, "SIGCONT");
    const ran = await started.ended;
    expect(ran).toMatchObject({ code, stderr: expect.stringMatching(shows) });
    expect(await watcher.ended).toEqual(ran);
  });
});

async function runnerOf(started: Started): Promise<number> {
  return Number(/started +pid (\d+)/.exec(await started.shows("stderr", ", source"))?.[1]);
}
