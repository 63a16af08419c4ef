// The gate measures coverage over processes that its tests kill, and must not fail by what those leave.

import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { handOverCoverage } from "./coverage-of-processes.ts";

test("whole files of coverage are handed over, one that is being written is waited for, half a one stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "runledger-coverage-"));
  const [written, collected] = [join(folder, "written"), join(folder, "collected")];
  try {
    await handOverCoverage(written, collected);
    expect(existsSync(collected)).toBe(false);

    const whole = JSON.stringify({ result: [{ scriptId: "1" }], timestamp: 1.5 });
    const half = whole.slice(0, whole.indexOf("}") + 1);
    mkdirSync(written);
    writeFileSync(join(written, "whole.json"), whole);
    writeFileSync(join(written, "empty.json"), "");
    writeFileSync(join(written, "torn.json"), half);
    writeFileSync(join(written, "slow.json"), half);
    const done = handOverCoverage(written, collected, 500);
    appendFileSync(join(written, "slow.json"), whole.slice(half.length));
    await done;
    expect(readdirSync(collected).sort()).toEqual(["slow.json", "whole.json"]);
    expect(readdirSync(written).sort()).toEqual(["empty.json", "torn.json"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
