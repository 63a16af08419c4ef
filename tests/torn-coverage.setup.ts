// Runs in each test file; there is something to do only while coverage is measured.

import { afterAll } from "vitest";
import { removeTornCoverage } from "./torn-coverage.ts";

afterAll(async () => {
  const folder = process.env.NODE_V8_COVERAGE;
  if (folder !== undefined) await removeTornCoverage(folder);
});
