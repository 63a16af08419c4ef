import { expect, test } from "vitest";
import type { AgentTally, AgentTallyQuery } from "../ledger/agent-tally.ts";
import { performanceOf } from "./agent-performance.ts";

const billion = 1e9;

/** What runs of an agent on a benchmark (null: on all) add up to. */
function tally(agent: string, digest: string, subject: string | null, sums: Partial<AgentTally>): AgentTally {
  const none = { runs: 0, scored: 0, passed: 0, score: 0, reference: agent === "deterministic" };
  return { agent, digest: `sha256:${digest.repeat(64)}`, subject, ...none, ...sums };
}

const tallies = [
  tally("glm", "a", null, { runs: 3, scored: 2, passed: 1, score: 1.5 * billion }),
  tally("glm", "a", "001", { runs: 2, scored: 2, passed: 1, score: 1.5 * billion }),
  tally("glm", "a", "002", { runs: 1 }),
  tally("glm", "b", null, { runs: 1, scored: 1 }),
  tally("gpt", "c", null, { runs: 1, scored: 1, passed: 1, score: billion }),
  tally("deterministic", "d", null, { runs: 1, scored: 1, passed: 1, score: billion }),
];

const ledger = (of: readonly AgentTally[] = tallies) => ({
  agentTallies: async ({ agent, digest, subject, limit }: AgentTallyQuery) =>
    of
      .filter((one) => (agent ?? one.agent) === one.agent && (digest ?? one.digest) === one.digest)
      .filter((one) => (subject === undefined ? one.subject !== null : one.subject === subject))
      .slice(0, limit),
});

test("agents are ranked by pass rate, a name with two digests is two agents, and references are left out", async () => {
  const { agents, isWhole, runsLooked } = await performanceOf(ledger(), {});
  expect(agents.map(({ agent, digest, passRate }) => [agent, digest[7], passRate])).toEqual([
    ["gpt", "c", 1],
    ["glm", "a", 0.5],
    ["glm", "b", 0],
  ]);
  expect({ isWhole, runsLooked }).toEqual({ isWhole: true, runsLooked: 5 });
  const [, first, second] = agents;
  expect(first).toMatchObject({ runs: 3, scored: 2, unscored: 1, n: 2, mean: 0.75, otherDigests: 1 });
  expect(first?.cells).toEqual([
    { benchmark: "001", runs: 2, scored: 2, passed: 1, mean: 0.75 },
    { benchmark: "002", runs: 1, scored: 0, passed: 0, mean: null },
  ]);
  expect(second).toMatchObject({ scored: 1, passed: 0, mean: 0 });
  expect(agents[0]?.interval[0]).toBeGreaterThan(0.2);
});

test("of one benchmark the sums are those of its runs alone", async () => {
  const { agents } = await performanceOf(ledger(), { benchmark: "001" });
  expect(agents).toMatchObject([{ agent: "glm", runs: 2, n: 2, mean: 0.75, cells: [{ benchmark: "001", runs: 2 }] }]);
});

test("references are ranked if they are asked for, together or by name, and agents come in pages", async () => {
  const first = await performanceOf(ledger(), { reference: "true", pageSize: 3 });
  expect(first.agents.map(({ agent }) => agent)).toEqual(["deterministic", "gpt", "glm"]);
  expect(first.nextPageToken).toBe("3");
  const second = await performanceOf(ledger(), { reference: "true", pageSize: 3, pageToken: "3" });
  expect([second.agents.length, second.nextPageToken]).toEqual([1, null]);
  const named = await performanceOf(ledger(), { agent: "deterministic" });
  expect(named.agents).toMatchObject([{ agent: "deterministic", runs: 1 }]);
  expect((await performanceOf(ledger(), { agent: "deterministic", reference: "false" })).agents).toEqual([]);
  await expect(performanceOf(ledger(), { pageToken: "x" })).rejects.toMatchObject({ code: "request.invalid" });
});

test("however many perfect scores there are, their mean is 1 and not a little more", async () => {
  for (let runs = 1; runs <= 100; runs += 1) {
    const perfect = [tally("glm", "a", null, { runs, scored: runs, passed: runs, score: runs * billion })];
    expect((await performanceOf(ledger(perfect), {})).agents[0]?.mean).toBe(1);
  }
});

test("an agent with very many benchmarks tells of the first thousand, and says that there are more", async () => {
  const cells = Array.from({ length: 1_001 }, (_, n) => tally("gpt", "c", `b${n}`, { runs: 1 }));
  const { agents } = await performanceOf(ledger([...tallies, ...cells]), { agent: "gpt" });
  expect([agents[0]?.cells.length, agents[0]?.hasMoreCells]).toEqual([1_000, true]);
});
