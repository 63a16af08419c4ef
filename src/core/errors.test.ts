import { describe, expect, it } from "vitest";
import { errorCatalogue, errorOfProblem, isErrorCode, problemOf, RunledgerError, unreachable } from "./errors.ts";

describe("an error", () => {
  it("crosses a border as a problem document and comes back the same", () => {
    const error = new RunledgerError("run.ambiguous", "two runs", {
      data: { candidates: ["a", "b"] },
      cause: new Error("x"),
    });
    const back = errorOfProblem(JSON.parse(JSON.stringify(problemOf(error))));
    expect({ code: back.code, message: back.message, data: back.data }).toEqual({
      code: error.code,
      message: "two runs",
      data: error.data,
    });
  });

  it("that is none of ours is a bug and says so", () => {
    expect(problemOf(new TypeError("boom"))).toMatchObject({
      code: "internal.bug",
      detail: expect.stringContaining("boom"),
    });
    expect(problemOf("text")).toMatchObject({ code: "internal.bug", detail: "text" });
    expect(() => unreachable("x" as never)).toThrow("unreachable");
  });

  it("of a full disk, a broken one, or too many open files is none of ours, and says which", () => {
    const codes = ["ENOSPC", "EDQUOT", "EIO", "EMFILE", "ENFILE"].map((code) => {
      const { detail, ...problem } = problemOf(Object.assign(new Error(`${code}: it cannot be written`), { code }));
      expect(detail).toBe(`${code}: it cannot be written`);
      return problem.code;
    });
    expect(codes).toEqual([
      ...["disk.full", "disk.full", "disk.failed"],
      ...["system.no-open-files", "system.no-open-files"],
    ]);
    expect(problemOf(Object.assign(new Error("other"), { code: "ENOENT" })).code).toBe("internal.bug");
  });

  it("has a code that names its area, what happened, and what to do", () => {
    for (const [code, entry] of Object.entries(errorCatalogue)) {
      expect(code).toMatch(/^[a-z]+\.[a-z0-9_-]+$/);
      expect(entry.when).toMatch(/\.$/);
      expect(entry.fix).toMatch(/\.$/);
      expect(isErrorCode(code)).toBe(true);
    }
    expect(isErrorCode("toString")).toBe(false);
  });
});
