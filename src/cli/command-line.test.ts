// What the command line accepts before the command, and how it refuses what it does not know.

import { expect, test } from "vitest";
import { Project } from "./project.fixture.ts";

test("what every command takes may stand before its name, also with a value", async () => {
  using project = new Project();
  await project.runledger("import", ".");
  for (const words of [
    ["--json", "show", "last"],
    ["--ledger", ".runledger", "--json", "show", "last"],
    ["--quiet", "--ledger=.runledger", "show", "last", "--json"],
  ]) {
    const before = await project.runledger(...words);
    expect([before.code, before.json()]).toMatchObject([0, { id: project.runId }]);
  }
  expect((await project.runledger("--json", "--version")).json()).toMatchObject({ version: expect.any(String) });
  expect((await project.runledger("--json", "help", "show")).json()).toMatchObject({
    help: expect.stringContaining("show ID"),
  });
});

test("an option of one command is refused before it", async () => {
  using project = new Project();
  const { code, stderr } = await project.runledger("--follow", "logs", "last");
  expect([code, stderr]).toEqual([2, expect.stringContaining("--follow stands before the command")]);
});

test.each([
  { words: ["frob"], says: /^usage.unknown-command: there is no command "frob"; see runledger --help\n$/ },
  { words: ["shw"], says: /did you mean show\?/ },
  { words: ["show"], says: /^usage.missing-argument: show is given too little; usage: runledger show ID; see/ },
  {
    words: ["run", ".", "--agent", "nobody-knows"],
    says: /this build has deterministic.*\n? *use one that this build has/i,
  },
  { words: ["schema", "scenario"], says: /^usage.not-yet: schema scenario is not in this build yet/ },
  {
    words: ["check", "benchmarks/no.yml"],
    says: /^file.not-found: there is no file benchmarks\/no.yml; check the path\n$/,
  },
])("$words is refused with what helps, and with no names where none is near", async ({ words, says }) => {
  using project = new Project();
  expect(await project.runledger(...words)).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
});
