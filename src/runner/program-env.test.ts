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
