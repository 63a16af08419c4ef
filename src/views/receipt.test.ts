// Receipts: what they say, and what does not get past them.

import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { makeGoodRun, makeStream, queuedProgram } from "./made-events.ts";
import { canonicalJson, isReceiptWhole, receiptDifferences, receiptOf } from "./receipt.ts";

const link = "ab".repeat(32);

test("its digest is that of the other fields, with sorted keys and without blanks", async () => {
  const { sha256, ...body } = await receiptOf(makeGoodRun().run, link);
  const text = `{"agent":{"digest":"sha256:${"51".repeat(32)}","name":"deterministic"},"events":${body.events},"link":"${link}","passed":true,"run":"${body.run}","score":1,"seed":4127733018,"status":"completed","subject":{"digest":"sha256:${"9f".repeat(32)}","id":"001-sol-transfer"},"v":1}`;
  expect(canonicalJson(body)).toBe(text);
  expect(sha256).toBe(createHash("sha256").update(text).digest("hex"));
});

test("the order of its keys does not matter, any of its values does", async () => {
  const receipt = await receiptOf(makeGoodRun().run, link);
  const turned = Object.fromEntries(Object.entries(receipt).toReversed()) as typeof receipt;
  expect(await isReceiptWhole(turned)).toBe(true);
  expect(await isReceiptWhole({ ...receipt, score: 0.9 })).toBe(false);
  expect(await isReceiptWhole({ ...receipt, agent: null })).toBe(false);
});

test("each field that differs is named, with both values", async () => {
  const receipt = await receiptOf(makeGoodRun().run, link);
  expect(receiptDifferences(receipt, receipt)).toEqual([]);
  const other = await receiptOf(makeStream(queuedProgram, { isLeftQueued: true }).run, "cd".repeat(32));
  expect(receiptDifferences(receipt, other).map(({ field }) => field)).toEqual([
    "subject.id",
    "subject.digest",
    "agent.name",
    "agent.digest",
    "seed",
    "status",
    "score",
    "passed",
    "events",
    "link",
  ]);
  expect(receiptDifferences({ ...receipt, score: 0.5 }, receipt)).toEqual([
    { field: "score", receipt: 0.5, ledger: 1 },
  ]);
});
