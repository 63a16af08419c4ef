import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { newRunId, parseRunName, parseUuid, shortId, uuidV7 } from "./ids.ts";

describe("a run id", () => {
  it("is a UUID of version 7 that holds its time and sorts by it", () => {
    const random = new Uint8Array(10).fill(0xff);
    expect(uuidV7({ nowMs: 0x0192_3456_789a, random })).toBe("01923456-789a-7fff-bfff-ffffffffffff");
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 47 }), fc.nat({ max: 2 ** 47 }), (a, b) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b) + 1];
        expect(uuidV7({ nowMs: first, random }) < uuidV7({ nowMs: second, random })).toBe(true);
      }),
    );
  });

  it("is new each time and parses", () => {
    const id = newRunId();
    expect(parseUuid(id.toUpperCase())).toBe(id);
    expect(newRunId()).not.toBe(id);
    expect(shortId(id)).toHaveLength(8);
    expect(parseUuid("../../etc/passwd")).toBeNull();
  });
});

describe("a run's name on the command line", () => {
  it("is a whole id, a tail, or a place from the end", () => {
    const id = newRunId();
    expect(parseRunName(id)).toEqual({ by: "id", id });
    expect(parseRunName("7D20EE53")).toEqual({ by: "tail", tail: "7d20ee53" });
    expect(parseRunName("last")).toEqual({ by: "age", back: 0 });
    expect(parseRunName("last~2")).toEqual({ by: "age", back: 2 });
  });

  it("is refused with its cause if it is none of these", () => {
    expect(parseRunName("abc")).toMatchObject({ by: "nothing", cause: expect.stringContaining("four") });
    expect(parseRunName("zzzz")).toMatchObject({ by: "nothing" });
    expect(parseRunName("0123456789abcdef")).toMatchObject({ by: "nothing" });
    expect(parseRunName("")).toMatchObject({ by: "nothing" });
  });
});
