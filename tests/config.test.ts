// runledger.config.ts by the command line: each kind of thing that the example declares works, and what is wrong with a
// configuration is said with its file and key before anything is started.
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RunResource } from "../src/views/run-resource.ts";
import { workplace } from "./command-line.ts";
import { repository } from "./scene.ts";

const timeout = 120_000;

let place: ReturnType<typeof workplace>;

beforeEach(() => {
  place = workplace();
});
afterEach(() => place[Symbol.dispose]());

/** Lays the example down as it ships, with a benchmark of Solana beside its own. */
function layExample(): void {
  cpSync(join(repository, "examples/config"), place.folder, { recursive: true });
  copyFileSync(
    join(repository, "benchmarks/001-sol-transfer.yml"),
    join(place.folder, "benchmarks/001-sol-transfer.yml"),
  );
}

function layConfig(text: string): void {
  writeFileSync(join(place.folder, "runledger.config.ts"), text);
}

async function run(file: string, ...options: string[]) {
  const { stdout, stderr, code } = await place.run(["run", file, "--json", ...options]);
  return { code, stderr, run: JSON.parse(stdout) as RunResource };
}

describe("the example", () => {
  beforeEach(layExample);

  test("its default agent is a function, which acts by the project's own tool", { timeout }, async () => {
    const ran = await run("benchmarks/001-sol-transfer.yml");
    expect(ran.run).toMatchObject({ status: "completed", passed: true, agent: { name: "polite", kind: "code" } });
    expect(ran.run.usage.toolCalls).toBe(3);
    expect(ran.stderr).toContain("lamports_of");
  });

  test("an agent with a server of tools calls them, and the project's scorer judges it", { timeout }, async () => {
    const ran = await run("benchmarks/a-sum.yml", "--agent", "counter");
    expect(ran.run).toMatchObject({ status: "completed", passed: true, score: 1 });
    expect(ran.run.scoring?.parts).toMatchObject([{}, { type: "WordCount", expected: "at most 1", actual: "1" }]);
    expect(ran.stderr).toContain("mcp__sums__add refused: add takes two numbers");
  });

  test("a model of its provider lacks the key that the configuration names", { timeout }, async () => {
    const refused = await place.run(["run", "benchmarks/a-sum.yml", "--agent", "house"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("HOUSE_API_KEY")]);
    const listed = await place.ask(["agents"]);
    expect(listed.stdout).toMatch(/^polite\tcode\ttrue/m);
    expect(listed.stdout).toMatch(/^house\tmodel\tfalse\tHOUSE_API_KEY/m);
  });

  test("a benchmark that breaks the scorer's schema is refused", { timeout }, async () => {
    const file = join(place.folder, "benchmarks/bad.yml");
    writeFileSync(
      file,
      "description: Bad.\nprompt: Say.\nground_truth: {answer_assertions: [{type: WordCount, max: none}]}\nsolution: [{tool: answer, args: {text: a}}]\n",
    );
    const refused = await place.ask(["check", "benchmarks/bad.yml"]);
    expect([refused.code, refused.stdout + refused.stderr]).toEqual([
      1,
      expect.stringContaining("answer_assertions[0].max"),
    ]);
  });
});

test("an agent of the configuration is a program in any folder of the project", { timeout }, async () => {
  mkdirSync(join(place.folder, "suite"));
  copyFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), join(place.folder, "suite/001-sol-transfer.yml"));
  copyFileSync(join(repository, "examples/agents/solve_001.py"), join(place.folder, "solve.py"));
  layConfig(
    'export default { agents: [{ name: "solver", command: ["python3", "./solve.py"] }], limits: { turns: 3 } };\n',
  );
  for (const name of ["solver", "command:solver"]) {
    const ran = await run("suite/001-sol-transfer.yml", "--agent", name);
    expect(ran.run).toMatchObject({ passed: true, agent: { name: "solver", kind: "command" } });
  }
});

test("a server of tools that cannot be had fails the run before the agent acts", { timeout }, async () => {
  copyFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), join(place.folder, "001-sol-transfer.yml"));
  const mcp = '[{ name: "gone", command: ["node", "-e", "console.error(1); process.exit(4)"] }]';
  layConfig(`export default { agents: [{ name: "a", command: ["true"], mcp: ${mcp} }] };`);
  const ran = await run("001-sol-transfer.yml", "--agent", "a");
  expect(ran.run).toMatchObject({ status: "failed", error: { code: "agent.mcp-failed", origin: "agent" } });
  expect(ran.run.error?.message).toContain("the MCP server gone cannot be had");
});

test("a server of tools does not see the benchmark, whichever agent brings it along", { timeout }, async () => {
  const file = join(place.folder, "suite/001-sol-transfer.yml");
  mkdirSync(join(place.folder, "suite"));
  copyFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), file);
  const server = join(place.folder, "peeks.mjs");
  writeFileSync(
    server,
    `import { readFileSync } from "node:fs";
     try { console.error(readFileSync(${JSON.stringify(file)}, "utf8")); } catch (error) { console.error(error.code); }
     console.error("looked");
     process.exit(4);`,
  );
  const mcp = '[{ name: "peeks", command: ["node", "./peeks.mjs"] }]';
  layConfig(`export default { agents: [{ name: "a", act: async () => ({}), mcp: ${mcp} }] };`);
  const ran = await run("suite", "--agent", "a");
  expect(ran.code, ran.stderr).toBe(1);
  const { stdout, stderr } = await place.run(["logs", "last"]);
  expect(stdout + stderr).toContain("looked");
  expect(stdout + stderr).not.toContain("ground_truth");
});

test("a configuration that changes after a worker has read it is not run", { timeout }, async () => {
  layExample();
  const server = place.start(["serve", "--port", "0", "--json"]);
  await server.shows("stdout", "\n");
  writeFileSync(join(place.folder, "agents/polite-transfer.ts"), "export const politeTransfer = async () => ({});");
  const args = ["run", "benchmarks/001-sol-transfer.yml", "--agent", "deterministic", "--queue", "--json"];
  const { id } = JSON.parse((await place.run(args)).stdout) as RunResource;
  await place.ask(["watch", id]);
  const shown = JSON.parse((await place.ask(["show", id, "--json"])).stdout) as RunResource;
  expect(shown).toMatchObject({ status: "failed", error: { code: "config.changed", origin: "operator" } });
  server.child.kill("SIGTERM");
  await server.ended;
});

describe("what is wrong with a configuration is said, and nothing is started", () => {
  test.each([
    ["an unknown key", "export default { agent: [] };", "agent: there is no such key; did you mean agents?"],
    [
      "an unknown key of an agent",
      'export default { agents: [{ name: "a", comand: ["x"] }] };',
      "agents.0.comand: there is no such key; did you mean command?",
    ],
    ["a wrong value", "export default { limits: { turns: -1 } };", "limits.turns: "],
    [
      "a name twice",
      'export default { agents: [{ name: "a", command: ["x"] }, { name: "a", command: ["y"] }] };',
      "agents: two are called a",
    ],
    ["no default export", "export const config = {};", "it has no default export"],
    ["code that throws", 'throw new Error("no such luck");', "could not be run: Error: no such luck"],
    ["code that is none", "export default {", "could not be run: "],
    ["code that ends the process", "process.exit(0);", "before it was read"],
  ])("%s", { timeout }, async (_, text, message) => {
    copyFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), join(place.folder, "001-sol-transfer.yml"));
    layConfig(text);
    const refused = await place.ask(["run", "001-sol-transfer.yml"]);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(refused.stderr).toContain("runledger.config.ts");
  });
});

test("a command that only looks does not run the configuration", async () => {
  layConfig('throw new Error("run");');
  expect((await place.ask(["ls"])).stderr).not.toContain("config");
});
