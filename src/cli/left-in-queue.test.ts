import { expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

/** It begins processes, on a machine that may be busy. */
const testMsMax = 120_000;

test("a worker that is to end when it is idle says once what it waits for, and ends when that is gone", {
  timeout: testMsMax,
}, async () => {
  using project = new Project();
  const id = await project.queue();
  await project.runledger("limits", "set", "agent:deterministic", "0");
  let cancelled: Promise<unknown> | null = null;
  const words = "waits for 1 run in the queue: limit agent:deterministic: 0 of 0 in use\n";
  const { code, stderr } = await project.runWatched(["worker", "--until-idle", "--slots", "1"], (text) => {
    if (text === words) cancelled ??= project.runledger("cancel", id);
  });
  await cancelled;
  expect([code, stderr.split(words).length - 1]).toEqual([0, 1]);
});
