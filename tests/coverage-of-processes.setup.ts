// Runs before each test file; there is something to do only while coverage is measured.

import { afterAll } from "vitest";
import { handOverCoverage } from "./coverage-of-processes.ts";

const collected = process.env.NODE_V8_COVERAGE;
if (collected !== undefined) {
  const written = `${collected}.of-processes`;
  process.env.NODE_V8_COVERAGE = written;
  afterAll(() => handOverCoverage(written, collected));
}
