// Problem documents: what a caller is told of a refusal, and what it is not told of a bug.

import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { problemBody, problemOfId } from "./problem.ts";

test("a refusal tells its code, what happened and what to do, under a name of its own", () => {
  const error = new RunledgerError("run.not-found", "there is no run abcd", { data: { id: "abcd" } });
  expect(problemBody(error, "urn:uuid:1")).toMatchObject({
    ...{ type: "urn:runledger:problem:run.not-found", status: 404, code: "run.not-found", instance: "urn:uuid:1" },
    ...{ detail: "there is no run abcd", fix: expect.stringMatching(/\S/), data: { id: "abcd" } },
  });
});

test("of a bug a caller learns that there is one, and nothing of the machine", () => {
  for (const error of [new TypeError("cannot read /home/ada/.ssh/id"), "a text", null]) {
    const body = problemBody(error, "urn:uuid:2");
    expect(body).toMatchObject({ status: 500, code: "internal.bug", data: {} });
    expect(JSON.stringify(body)).not.toMatch(/ada|a text|at .*\.ts/);
  }
});

test("the problem of one id among several names it, without what a URN may not hold", () => {
  const body = problemOfId(new RunledgerError("run.deleted", "it was deleted"), `a b/${"c".repeat(500)}`);
  expect(body).toMatchObject({ status: 410, instance: expect.stringMatching(/^urn:runledger:run:a%20b%2Fc{196}$/) });
});
