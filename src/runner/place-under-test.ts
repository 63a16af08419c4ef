// A folder for worlds that keep files and run programs, as tests need it: fresh, in the layout of a ledger, and removed
// in the end.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkPlace } from "../environments/environment.ts";
import { type PlaceOptions, runInPlace } from "./work-place.ts";

export type PlaceUnderTest = WorkPlace & Disposable & { attemptDir: string; home: string };

export function placeUnderTest(options: Partial<PlaceOptions> = {}): PlaceUnderTest {
  const home = mkdtempSync(join(tmpdir(), "runledger-place-"));
  const [attemptDir, workDir] = [join(home, "runs/a/1"), join(home, "runs/a/1.work")];
  for (const folder of [attemptDir, workDir]) mkdirSync(folder, { recursive: true });
  const whole: PlaceOptions = {
    ...{ workDir, attemptDir, containment: "pidns", conceal: [home], secrets: {}, outputMib: 16 },
    ...options,
  };
  return {
    folder: workDir,
    runId: "a",
    run: (program) => runInPlace(whole, program),
    attemptDir,
    home,
    [Symbol.dispose]: () => rmSync(home, { recursive: true, force: true }),
  };
}
