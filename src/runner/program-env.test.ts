import { expect, test } from "vitest";
import { programEnvironment } from "./program-env.ts";

test("a clean environment holds the allow-list and what was given", () => {
  const inherited = {
    PATH: "/bin",
    HOME: "/h",
    LC_ALL: "C",
    AWS_SECRET: "x",
    RUNLEDGER_LEDGER: "l",
    RUNLEDGER_TOKEN: "t",
    RUNLEDGER_PUSH_TO: "p",
    EMPTY: undefined,
  };
  const env = programEnvironment({
    inherited,
    isClean: true,
    given: { OWN: "1" },
    runId: "r",
    attempt: 1,
    eventFile: "/e",
  });
  expect(env).toEqual({
    PATH: "/bin",
    HOME: "/h",
    LC_ALL: "C",
    OWN: "1",
    RUNLEDGER_EVENTS: "/e",
    RUNLEDGER_RUN_ID: "r",
    RUNLEDGER_ATTEMPT: "1",
  });
});

test("what is ours alone reaches no program, however it was asked for", () => {
  const ours = { RUNLEDGER_LEDGER: "l", RUNLEDGER_PUSH_TO: "p", RUNLEDGER_TOKEN: "t" };
  const env = programEnvironment({
    inherited: { ...ours, PATH: "/bin" },
    isClean: false,
    given: ours,
    runId: "r",
    attempt: 1,
    eventFile: "/e",
  });
  expect(Object.keys(env).sort()).toEqual(["PATH", "RUNLEDGER_ATTEMPT", "RUNLEDGER_EVENTS", "RUNLEDGER_RUN_ID"]);
});
