// How the tests run: as Node runs the product, by type stripping and without a bundler in between, so that coverage of
// test processes, child processes and worker threads is measured on the same text and adds up.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { SecondTries } from "./tests/second-tries.ts";

/** A file for the machine-readable result beside the printed one; `.ci/run` reads its counts. */
const reportFile = process.env.TEST_REPORT;

/** How often a test that failed is tried again; what passes only then is named at the end. The gate says once. */
const retry = Number(process.env.TEST_RETRIES ?? 0);

/** Coverage is of the sources: a bundle in dist/ would run unseen. */
const isCovering = process.env.COVERAGE === "1";

/** Tests start hundreds of processes from the sources; what one has stripped and compiled serves the next. */
const compileCache = fileURLToPath(new URL("node_modules/.cache/runledger-tests", import.meta.url));

const shared = {
  env: isCovering ? { RUNLEDGER_RUNNER: "source" } : { NODE_COMPILE_CACHE: compileCache },
  setupFiles: ["./tests/coverage-of-processes.setup.ts"],
  pool: "forks" as const,
  maxWorkers: 2,
  // Far above what any test needs: a busy machine is no failure, and coverage doubles the time of each process.
  testTimeout: isCovering ? 120_000 : 60_000,
  hookTimeout: 90_000,
  retry,
  experimental: { viteModuleRunner: false, nodeLoader: false },
};

const jsonTo = (outputFile: string): ["json", { outputFile: string }] => ["json", { outputFile }];

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.ts"] } },
      { test: { ...shared, name: "system", include: ["tests/**/*.test.ts"] } },
    ],
    maxWorkers: 2,
    passWithNoTests: false,
    allowOnly: false,
    reporters: ["default", new SecondTries(), ...(reportFile ? [jsonTo(reportFile)] : [])],
    coverage: {
      enabled: isCovering,
      provider: "v8",
      autoAttachSubprocess: true,
      include: ["src/**/*.ts"],
      exclude: ["**/*.test.ts", "**/*.contract.ts", "**/*.fixture.ts"],
      reporter: ["text", "json-summary", "html"],
      thresholds: {
        "src/core/**": { branches: 90 },
        "src/ledger/**": { branches: 90 },
        "src/worker/**": { branches: 90 },
        "src/server/**": { branches: 90 },
      },
    },
  },
});
