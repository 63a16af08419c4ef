import { expect, it } from "vitest";
import { isErrorCode } from "./errors.ts";
import { limitCode } from "./limit-code.ts";

it("every process limit has its code in the catalogue", () => {
  for (const limit of [
    "wall_s",
    "idle_s",
    "queue_s",
    "memory_mib",
    "output_mib",
    "journal_mib",
    "events",
    "orphan_s",
  ]) {
    expect([limit, isErrorCode(limitCode(limit))]).toEqual([limit, true]);
  }
});
