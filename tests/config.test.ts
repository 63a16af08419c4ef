// runledger.config.ts by the command line: each kind of thing that the example declares works, and what is wrong with a
// configuration is said with its file and key before anything is started.
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createClient } from "../src/protocol/http-client.ts";
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

  test("an environment of its own is acted in by a solution and scored by the facts of its world", {
    timeout,
  }, async () => {
    const ran = await run("benchmarks/make-room.yml", "--agent", "deterministic");
    expect(ran.run, ran.stderr).toMatchObject({ status: "completed", passed: true, score: 1 });
    expect(ran.run.usage.toolCalls).toBe(5);
    expect(ran.run.scoring?.parts).toMatchObject([
      { type: "BinHolds", actualBefore: "40", actual: "0" },
      { type: "BinHolds", name: "the nuts stay where they are", actual: "10" },
    ]);
    expect(ran.stderr).toContain("refused: A2 has room for 25 more");
    const idle = await run("benchmarks/make-room.yml", "--agent", "polite");
    expect(idle.run).toMatchObject({ status: "completed", passed: false, score: 0 });
  });

  test("a benchmark that an environment's schema refuses is refused before it is run", { timeout }, async () => {
    const text = readFileSync(join(place.folder, "benchmarks/make-room.yml"), "utf8").replace("id: make-room\n", "");
    const lay = (name: string, from: string, to: string) =>
      writeFileSync(join(place.folder, "benchmarks", name), text.replace(from, to));
    lay("bad-bin.yml", "bin: B2", "bin: 7");
    lay("bad-option.yml", "capacity: 50", "capacity: none");
    lay("bad-tool.yml", "tool: list_bins", "tool: list_bin");
    lay("bad-world.yml", "environment: warehouse", "environment: warehouses");
    const refused = await place.ask(["check", "benchmarks"]);
    expect(refused.code).toBe(1);
    const said = refused.stdout + refused.stderr;
    expect(said).toContain("initial_state[3].bin: Invalid input: expected string");
    expect(said).toContain("environment_options.capacity: ");
    expect(said).toContain('unknown tool "list_bin"; did you mean list_bins');
    expect(said).toContain('unknown environment "warehouses"; did you mean warehouse?');
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

test("a benchmark that lists its tools is offered those of the project that it names, and its agent keeps its own", {
  timeout,
}, async () => {
  layExample();
  const tool = (name: string) =>
    `defineTool({ name: "${name}", description: "A tool.", args: z.strictObject({}), run: () => "done" })`;
  layConfig(`
    import { defineConfig, defineTool, z } from "runledger/config";
    const act = async (task) => ({ how: "answered", text: task.tools.map(({ name }) => name).join(" ") });
    const mcp = [{ name: "sums", command: ["node", "./agents/sums-server.mjs"] }];
    export default defineConfig({
      agents: [{ name: "lists", act, mcp }],
      tools: [${tool("shout")}, ${tool("whisper")}, { ...${tool("dig")}, environments: ["solana"] }],
    });`);
  const offered = async (name: string, tools: string) => {
    const file = join(place.folder, `${name}.yml`);
    const truth = "ground_truth: {answer_assertions: [{type: Contains, value: shout}]}";
    writeFileSync(file, `description: d\nprompt: Which?\ntools: ${tools}\n${truth}\n`);
    await run(`${name}.yml`, "--agent", "lists");
    const events = (await place.ask(["export", "last", "--format", "jsonl"])).stdout.trim().split("\n");
    return events.map((line) => JSON.parse(line)).find(({ type }) => type === "agent.finished")?.data.text;
  };
  expect(await offered("one", "[shout]")).toBe("decline answer shout mcp__sums__add");
  expect(await offered("all", "all")).toBe("decline answer shout whisper mcp__sums__add");
  writeFileSync(join(place.folder, "none.yml"), "description: d\nprompt: p\ntools: [dig]\nground_truth: {}\n");
  const refused = await place.ask(["check", "none.yml"]);
  expect(refused.stdout + refused.stderr).toContain('unknown tool "dig"');
});

test("the example's command is run by who serves, for a request that knows its name", { timeout }, async () => {
  layExample();
  const server = place.start(["serve", "--port", "0"]);
  const url = (await server.shows("stdout", "\n")).trim();
  const client = createClient({ url });
  const { id } = await client.call("createRun", { body: { command: "count-benchmarks" } });
  const watched = await place.run(["watch", id]);
  expect(watched.code, watched.stderr).toBe(0);
  const count = readdirSync(join(place.folder, "benchmarks")).length;
  expect((await place.ask(["logs", id])).stdout.trim()).toBe(String(count));
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
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

const toolText = '{ name: "t", description: "A tool.", args: { safeParse() {} }, run() {} }';

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
    [
      "an environment of a name that is taken",
      "export default { environments: { text: { toolNames: [], open() {}, restore() {} } } };",
      "environments.text: this build has one of that name itself",
    ],
    [
      "an unknown key of an environment",
      "export default { environments: { lamp: { toolNames: [], open() {}, restor() {} } } };",
      "environments.lamp.restor: there is no such key; did you mean restore?",
    ],
    [
      "a tool that an environment has itself",
      `export default { tools: [{ ...${toolText}, name: "read_file" }] };`,
      "tools.0.name: the environment workspace has a tool read_file itself",
    ],
    [
      "a tool in the name of an MCP server",
      `export default { tools: [{ ...${toolText}, name: "mcp__a__b" }] };`,
      "tools.0.name: mcp__a__b begins with mcp__",
    ],
    [
      "a tool for an environment that there is not",
      `export default { tools: [{ ...${toolText}, environments: ["solan"] }] };`,
      "tools.0.environments: there is no environment solan; did you mean solana?",
    ],
    [
      "two servers of tools of one name",
      'export default { agents: [{ name: "a", command: ["x"], mcp: [{ name: "s", command: ["x"] }, { name: "s", command: ["y"] }] }] };',
      "agents.0.mcp: two are called s",
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
