// A reporter: says which tests passed only when they were tried again, and what they failed of at first. The gate tries
// once more, since its machine may stand still for seconds; a test that needs that has something wrong with it.

import type { Reporter, TestCase } from "vitest/node";

export class SecondTries implements Reporter {
  readonly #lines: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (!test.diagnostic()?.flaky) return;
    const [error] = test.result().errors ?? [];
    const why = error?.message.split("\n")[0] ?? "it does not say why";
    this.#lines.push(`  ${test.module.relativeModuleId}: ${test.fullName}\n    ${why}`);
  }

  onTestRunEnd(): void {
    if (this.#lines.length === 0) return;
    console.log(`\nPassed only at a second try: ${this.#lines.length}\n${this.#lines.join("\n")}`);
  }
}
