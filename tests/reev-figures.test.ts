// The profile `reev-1` gives the figures that were published for the benchmarks of these names, to all six digits.

import { expect, test } from "vitest";
import type { PlannedCall } from "../src/core/tool.ts";
import { planned, play, submit } from "../src/runner/play-benchmark.ts";

type Breakdown = { "reev-1": { score: number; instructions: number; onchain: number } };

async function reev1(file: string, solution?: PlannedCall[]): Promise<string> {
  const { dataOf } = await play({ file, ...(solution === undefined ? {} : { solution }) });
  const { scoring } = dataOf("score.recorded")[0] as { scoring: Breakdown };
  return scoring["reev-1"].score.toFixed(6);
}

const first = "benchmarks/001-sol-transfer.yml";
const second = "benchmarks/002-spl-transfer.yml";
const fourth = "benchmarks/004-partial-score-spl-transfer.yml";

const transfer = (amount: number, destination = "RECIPIENT_USDC_ATA") =>
  planned("spl_transfer", { source: "USER_USDC_ATA", destination, authority: "USER_WALLET_PUBKEY", amount });

test("001 and 002 solved are 1", async () => {
  expect(await reev1(first)).toBe("1.000000");
  expect(await reev1(second)).toBe("1.000000");
});

test("002 with the right instruction in a transaction that failed is 0.75", async () => {
  expect(await reev1(second, [transfer(60_000_000), submit])).toBe("0.750000");
});

test("002 to a wrong destination, failed, is 0.5625", async () => {
  expect(await reev1(second, [transfer(15_000_000, "RECIPIENT_WALLET_PUBKEY"), submit])).toBe("0.562500");
});

test("004, whose data nothing matches, is 0.785714 solved and 0.535714 failed", async () => {
  expect(await reev1(fourth)).toBe("0.785714");
  expect(await reev1(fourth, [transfer(50_000_000), submit])).toBe("0.535714");
});

test("doing nothing is 0", async () => {
  for (const file of [first, second, fourth]) expect(await reev1(file, [])).toBe("0.000000");
});
