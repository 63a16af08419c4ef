// `runledger diff`: two real runs of one benchmark, told apart by what they really sent.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Place, sends, suiteOf } from "./experiment-place.ts";

const scripted = [
  { tool: "sol_transfer", args: { from: "USER_WALLET_PUBKEY", to: "RECIPIENT_WALLET_PUBKEY", lamports: 10_000_000 } },
  { tool: "submit", args: {} },
];

type Shown = { experiment: object; runs: { id: string; agent: { name: string } }[] };

let place: Place;
let right: string;
let wrong: string;

beforeAll(async () => {
  place = suiteOf({ "a.yml": sends("a") });
  writeFileSync(join(place.folder, "less.jsonl"), scripted.map((call) => `${JSON.stringify(call)}\n`).join(""));
  const agents = ["--agent", "deterministic", "--agent", "scripted", "--script", "less.jsonl", "--seed", "7"];
  const { stdout } = await place.run(["run", "suite/a.yml", ...agents, "--json"]);
  const { runs } = JSON.parse(stdout) as Shown;
  const idOf = (name: string) => runs.find(({ agent }) => agent.name === name)?.id ?? expect.fail(stdout);
  [right, wrong] = [idOf("deterministic"), idOf("scripted")];
});
afterAll(() => place[Symbol.dispose]());

test("says in one sentence where two runs part, with both scores; in a pipe every call is a row", async () => {
  const { code, stdout, stderr } = await place.ask(["diff", right, wrong]);
  expect(code).toBe(0);
  expect(stderr.split("\n").slice(0, 2)).toEqual([
    "They part at the first call: A called sol_transfer with lamports 100000000, B with lamports 10000000.",
    "A passed with score 1.000000; B is below with score 0.000000.",
  ]);
  const rows = stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.split("\t")[0]);
  expect(rows).toEqual(["difference", "arguments", "none"]);
});

test("prints one JSON value with the difference as data", async () => {
  const { code, stdout } = await place.ask(["diff", right, wrong, "--json"]);
  const value = JSON.parse(stdout) as Record<string, unknown>;
  expect(code).toBe(0);
  expect(value).toMatchObject({
    a: { id: right, score: 1, passed: true },
    b: { id: wrong, score: 0, passed: false },
    isSame: false,
    firstDifference: 0,
    difference: {
      difference: "arguments",
      a: { args: { lamports: 100_000_000 } },
      b: { args: { lamports: 10_000_000 } },
    },
  });
});

test("says of a run and its again that they are the same", async () => {
  expect((await place.run(["again", right])).code).toBe(0);
  const { stderr } = await place.ask(["diff", right, "last"]);
  expect(stderr).toContain("The same: 2 calls each, with the same arguments and results.");
});

test("one run alone is no comparison, and an unknown one is refused", async () => {
  expect(await place.ask(["diff", right, right])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("give two runs"),
  });
  expect(await place.ask(["diff", right])).toMatchObject({ code: 2 });
  expect(await place.ask(["diff", right, "ffffffff"])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("run.not-found"),
  });
});
