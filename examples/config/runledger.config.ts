// A project's configuration with one of everything. Each part is run by this project's tests as it stands here.
import { assertionFields, defineAssertion, defineConfig, defineTool, toolFailed, z } from "runledger/config";
import { politeTransfer } from "./agents/polite-transfer.ts";
import { warehouse } from "./environments/warehouse.ts";

/** How many lamports a text of SOL is. */
const lamportsOf = (sol: string): bigint => {
  const [whole = "0", fraction = ""] = sol.split(".");
  if (!/^\d+$/.test(whole) || !/^\d{0,9}$/.test(fraction)) throw toolFailed(`${sol} is no amount of SOL`);
  return BigInt(whole) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
};

export default defineConfig({
  defaultAgent: "polite",
  limits: { turns: 15, cost_usd: 1 },
  benchmarks: ["benchmarks"],

  // Started over HTTP by its name: POST /runs {"command": "count-benchmarks"}.
  commands: { "count-benchmarks": { command: ["sh", "-c", "ls | wc -l"], cwd: "benchmarks", cleanEnv: true } },

  agents: [
    // A function, called in the process of its run.
    { name: "polite", act: politeTransfer },
    // A program; words that begin with ./ are paths from this file's folder.
    { name: "solver", command: ["python3", "../agents/solve_001.py"] },
    // A program with a server of tools of its own.
    {
      name: "counter",
      command: ["node", "./agents/asks-its-own-server.mjs"],
      mcp: [{ name: "sums", command: ["node", "./agents/sums-server.mjs"] }],
    },
    // A model of the provider below, under a name of its own.
    { name: "house", model: "openai-compatible:house:small-1", params: { temperature: 0 } },
  ],

  tools: [
    defineTool({
      name: "lamports_of",
      description: "Tells how many lamports an amount of SOL is.",
      args: z.strictObject({ sol: z.string().describe("The amount, as digits.") }),
      run: ({ sol }) => ({ lamports: lamportsOf(sol).toString() }),
    }),
  ],

  scorers: {
    // Used in a benchmark as {type: WordCount, max: 12}.
    WordCount: defineAssertion({
      list: "answer_assertions",
      environments: "all",
      schema: z.strictObject({ type: z.literal("WordCount"), max: z.int().positive(), ...assertionFields }),
      subjects: () => [],
      claim: ({ max }) => `the answer has at most ${max} words`,
      judge: ({ max }, { ending }) => {
        const words = ending?.text?.trim().split(/\s+/).length ?? 0;
        return { held: ending?.text != null && words <= max, expected: `at most ${max}`, actual: String(words) };
      },
    }),
    BinHolds: defineAssertion({
      list: "final_state_assertions",
      environments: ["warehouse"],
      schema: z.strictObject({
        ...{ type: z.literal("BinHolds"), bin: z.string(), item: z.string().optional(), count: z.int().min(0) },
        ...assertionFields,
      }),
      subjects: ({ bin }) => [{ kind: "fact", name: bin }],
      claim: ({ bin, item, count }) => `${bin} holds ${count}${item === undefined ? "" : ` ${item}`}`,
      judge: ({ bin, item, count }, { now }) => {
        const found = (now.facts?.[bin] ?? null) as { item: string | null; count: number } | null;
        const held = found !== null && found.count === count && (item === undefined || found.item === item);
        return { held, expected: String(count), actual: found === null ? "no such bin" : String(found.count) };
      },
    }),
  },

  // A world of its own, used in a benchmark as `environment: warehouse`, and a scorer that asks for its facts.
  environments: { warehouse },

  providers: [{ name: "house", baseUrl: "http://127.0.0.1:8000/v1", keyVariable: "HOUSE_API_KEY" }],
  prices: { "openai-compatible:house:small-1": { input: 0.1, output: 0.4 } },
});
