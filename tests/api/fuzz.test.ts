// A seeded part of the fuzzing of all routes; scripts/fuzz-api.ts sends more.

import { expect, test } from "vitest";
import { fuzzServed } from "../fuzz/fuzz-served.ts";

test("800 requests made from the schemas: no 5xx, no hang, every answer as the document has it", async () => {
  const { broken, requests, byStatus } = await fuzzServed({ seed: 42, requests: 800 });
  expect(broken).toEqual([]);
  expect(requests).toBe(800);
  expect(byStatus[200]).toBeGreaterThan(80);
  expect(byStatus[201]).toBeGreaterThan(3);
});
