// The agent `scripted` by the command line: it replays a file of tool calls, and the file is part of what the run says.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sends, suiteOf } from "./experiment-place.ts";

const wrong = [
  { tool: "sol_transfer", args: { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: "5" } },
  { tool: "submit", args: {} },
];

test("a script acts in place of the solution, is recorded, and gives the agent another digest", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  writeFileSync(join(place.folder, "wrong.jsonl"), wrong.map((call) => `${JSON.stringify(call)}\n`).join(""));
  const file = "suite/a.yml";
  const args = ["run", file, "--agent", "scripted", "--agent", "deterministic", "--script", "wrong.jsonl", "--json"];
  const { code, stdout } = await place.run(args);
  const { runs } = JSON.parse(stdout) as {
    runs: { agent: { name: string; digest: string }; passed: boolean; score: number }[];
  };
  expect(runs.map(({ agent, passed, score }) => [agent.name, passed, score])).toEqual([
    ["scripted", false, 0],
    ["deterministic", true, 1],
  ]);
  expect(new Set(runs.map(({ agent }) => agent.digest)).size).toBe(2);
  expect(code).toBe(100);
});

test("a script without its agent, or the agent without a script, starts nothing", async () => {
  using place = suiteOf({ "a.yml": sends("a") });
  const withoutScript = await place.ask(["run", "suite/a.yml", "--agent", "scripted"]);
  expect([withoutScript.code, withoutScript.stderr]).toEqual([2, expect.stringContaining("--script FILE")]);
  const withoutAgent = await place.ask(["run", "suite/a.yml", "--script", "x.jsonl"]);
  expect([withoutAgent.code, withoutAgent.stderr]).toEqual([2, expect.stringContaining("--agent scripted")]);
});
