// The newest results of a benchmark by agent, from few reads.

import { expect, test } from "vitest";
import type { AgentTally } from "../ledger/agent-tally.ts";
import type { ListOptions, RunFilter } from "../ledger/ledger.ts";
import { makeStream, queuedBenchmark, queuedProgram } from "../views/made-events.ts";
import { resultsOf } from "./benchmark-results.ts";

const made = makeStream(queuedBenchmark).run;
const program = makeStream(queuedProgram).run;

/** Runs newest first, of these agents (null: none), and the reads that were asked for. */
function ledgerOf(agents: readonly (string | null)[]) {
  const runs = agents.map((name, index) => ({
    ...made,
    id: `run-${index}`,
    agent: name === null ? program.agent : { ...made.agent, name },
  }));
  const asked: (string | undefined)[] = [];
  return {
    asked,
    async listRuns({ agent }: RunFilter, { pageSize = 50 }: ListOptions = {}) {
      asked.push(agent);
      const found = runs.filter((run) => agent === undefined || run.agent?.name === agent);
      return { runs: found.slice(0, pageSize) as (typeof made)[], nextToken: found.length > pageSize ? "more" : null };
    },
    agentTallies: async () => [...new Set(agents)].map((agent) => ({ agent: agent ?? "" }) as AgentTally),
  };
}

test("each agent has its newest results, agents by name, from one read where that held all", async () => {
  const ledger = ledgerOf(["glm", "deterministic", "glm", "glm"]);
  const results = await resultsOf(ledger, "001", 2);
  expect(results.map(({ agent, results: of }) => [agent, of.map(({ runId }) => runId)])).toEqual([
    ["deterministic", ["run-1"]],
    ["glm", ["run-0", "run-2"]],
  ]);
  expect(results[0]?.results[0]).toMatchObject({ status: made.status, subjectDigest: made.subject.digest });
  expect(ledger.asked).toEqual([undefined]);
});

test("an agent whose results are older than the newest of all has a read of its own, and no other", async () => {
  const ledger = ledgerOf([...Array.from({ length: 70 }, () => "busy"), "rare", "rare"]);
  const results = await resultsOf(ledger, "001", 1);
  expect(results.map(({ agent, results: of }) => [agent, of[0]?.runId])).toEqual([
    ["busy", "run-0"],
    ["rare", "run-70"],
  ]);
  expect(ledger.asked).toEqual([undefined, "rare"]);
});

test("runs without an agent are nobody's results", async () => {
  expect(await resultsOf(ledgerOf([null, "glm"]), "001", 3)).toHaveLength(1);
  expect(await resultsOf(ledgerOf([]), "001", 3)).toEqual([]);
});
