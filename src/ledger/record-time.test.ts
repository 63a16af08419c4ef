// Times of journal records, read the quick way.

import { describe, expect, it } from "vitest";
import { recordTimeMs } from "./record-time.ts";

describe("the time of a record", () => {
  it("is what Date makes of it", () => {
    const times = [
      "2026-11-22T10:00:00.123Z",
      "2026-11-22T10:00:59.999Z",
      "2026-11-22T10:01:00.000Z",
      "2024-02-29T23:59:59.000Z",
      "2026-11-22T10:00:00.124Z",
    ];
    for (const time of times) expect(recordTimeMs(time), time).toBe(Date.parse(time));
  });

  it("is refused if no calendar or clock has it", () => {
    const times = [
      "2026-02-30T10:00:00.000Z",
      "2026-13-01T10:00:00.000Z",
      "2026-11-22T24:00:00.000Z",
      "2026-11-22T10:60:00.000Z",
      "2026-11-22T10:00:60.000Z",
      "2026-11-22T10:00:00Z",
      "2026-11-22T10:00:00.000+01",
      "",
    ];
    for (const time of times) expect(recordTimeMs(time), time).toBeNull();
  });
});
