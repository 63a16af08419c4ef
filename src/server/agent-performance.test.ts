import { expect, test } from "vitest";
import { foldRun, type Run } from "../core/run.ts";
import { makeStream, queuedBenchmark } from "../views/made-events.ts";
import { performanceOf } from "./agent-performance.ts";

const [base] = [foldRun(makeStream(queuedBenchmark).events)] as [Run];

type Result = Partial<Pick<Run, "status" | "score" | "passed" | "error">>;

function ended(agent: string, digest: string, benchmark: string, result: Result): Run {
  const reference = agent === "deterministic";
  return {
    ...base,
    ...{ status: "completed", score: null, passed: null, error: null },
    subject: { ...base.subject, id: benchmark },
    agent: { name: agent, kind: "model", digest: `sha256:${digest.repeat(64)}`, model: agent, reference },
    ...result,
  };
}

const passed: Result = { score: 1, passed: true };
const half: Result = { score: 0.5, passed: false };
const lost: Result = { status: "lost", error: { code: "runner.gone", origin: "runner", message: "gone" } };
const timedOut: Result = {
  status: "timed_out",
  error: { code: "limit.wall_s", origin: "runner", message: "late", limit: "wall_s" },
};

const runs = [
  ...[ended("glm", "a", "001", passed), ended("glm", "a", "001", half), ended("glm", "a", "002", lost)],
  ...[ended("glm", "b", "001", timedOut), ended("gpt", "c", "001", passed), ended("deterministic", "d", "001", passed)],
  { ...ended("glm", "a", "003", {}), status: "running" as const },
  { ...base, agent: null, status: "completed" as const },
];
const ledger = (pages: readonly Run[][] = [runs]) => ({
  listRuns: async (_: object, { pageToken }: { pageToken?: string | null }) => {
    const at = Number(pageToken ?? 0);
    return { runs: pages[at] ?? [], nextToken: at + 1 < pages.length ? String(at + 1) : null };
  },
});

test("agents are ranked by pass rate, a name with two digests is two agents, and references are left out", async () => {
  const { agents, isWhole, runsLooked } = await performanceOf(ledger(), {});
  expect(agents.map(({ agent, digest, passRate }) => [agent, digest[7], passRate])).toEqual([
    ["gpt", "c", 1],
    ["glm", "a", 0.5],
    ["glm", "b", 0],
  ]);
  expect({ isWhole, runsLooked }).toEqual({ isWhole: true, runsLooked: 7 });
  const [, first, second] = agents;
  expect(first).toMatchObject({ runs: 3, scored: 2, unscored: 1, n: 2, mean: 0.75, otherDigests: 1 });
  expect(first?.cells).toEqual([
    { benchmark: "001", runs: 2, scored: 2, passed: 1, mean: 0.75 },
    { benchmark: "002", runs: 1, scored: 0, passed: 0, mean: null },
  ]);
  expect(second).toMatchObject({ scored: 1, passed: 0, mean: 0 });
  expect(agents[0]?.interval[0]).toBeGreaterThan(0.2);
});

test("references are ranked if they are asked for, and agents come in pages", async () => {
  const first = await performanceOf(ledger(), { reference: "true", pageSize: 3 });
  expect(first.agents.map(({ agent }) => agent)).toEqual(["deterministic", "gpt", "glm"]);
  expect(first.nextPageToken).toBe("3");
  const second = await performanceOf(ledger(), { reference: "true", pageSize: 3, pageToken: "3" });
  expect([second.agents.length, second.nextPageToken]).toEqual([1, null]);
  await expect(performanceOf(ledger(), { pageToken: "x" })).rejects.toMatchObject({ code: "request.invalid" });
});

test("of very many runs the newest are looked at, and the answer says so", async () => {
  const pages = Array.from({ length: 12 }, () => Array.from({ length: 500 }, () => ended("glm", "a", "001", passed)));
  const { isWhole, runsLooked, agents } = await performanceOf(ledger(pages), {});
  expect({ isWhole, runsLooked, runs: agents[0]?.runs }).toEqual({ isWhole: false, runsLooked: 5_000, runs: 5_000 });
});
