// The gate measures coverage over processes that its tests kill, and must not fail by what those leave.

import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { removeTornCoverage } from "./torn-coverage.ts";

test("half a file of coverage is removed, and one that is being written is waited for", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-coverage-"));
  try {
    const whole = JSON.stringify({ result: [{ scriptId: "1" }], timestamp: 1.5 });
    writeFileSync(join(folder, "whole.json"), whole);
    writeFileSync(join(folder, "empty.json"), "");
    writeFileSync(join(folder, "torn.json"), whole.slice(0, 20));
    writeFileSync(join(folder, "slow.json"), whole.slice(0, 20));
    const done = removeTornCoverage(folder, 500);
    appendFileSync(join(folder, "slow.json"), whole.slice(20));
    await done;
    expect(readdirSync(folder).sort()).toEqual(["slow.json", "whole.json"]);
    await removeTornCoverage(join(folder, "none"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
