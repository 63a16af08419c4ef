import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { parseBenchmark } from "./format.ts";
import { yamlLimits } from "./yaml-source.ts";

const file = "benchmarks/001-sol-transfer.yml";
const shipped = readFileSync(new URL("../../benchmarks/001-sol-transfer.yml", import.meta.url), "utf8");

/** The shipped file with one piece of its text replaced. */
function changed(from: string, to: string): string {
  expect(shipped).toContain(from);
  return shipped.replace(from, to);
}

function errorOf(text: string, name = file): RunledgerError {
  try {
    parseBenchmark(text, name);
  } catch (error) {
    if (error instanceof RunledgerError) return error;
    throw error;
  }
  throw new Error("the text was accepted");
}

test("the shipped file is read, with amounts as digits and the line of each assertion", () => {
  const { task, groundTruth, solution, digest } = parseBenchmark(shipped, file);
  expect(task.initial_state).toMatchObject([{ kind: "wallet", lamports: "1000000000" }, { lamports: "0" }]);
  expect(groundTruth.assertions.map(({ type, line }) => [type, line])).toEqual([
    ["SolBalance", 13],
    ["SolSpent", 14],
  ]);
  expect(solution?.map(({ tool }) => tool)).toEqual(["sol_transfer", "submit"]);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
});

test("the task holds nothing of the ground truth or the solution", () => {
  const { task } = parseBenchmark(shipped, file);
  expect(JSON.stringify(task)).not.toMatch(/100000000[^0]|SolBalance|sol_transfer/);
});

test("an unknown key is an error that names file, line, column and the nearest key", () => {
  const error = errorOf(
    changed("pubkey: RECIPIENT_WALLET_PUBKEY, expected:", "pubkey: RECIPIENT_WALLET_PUBKEY, expcted:"),
  );
  expect(error.code).toBe("benchmark.invalid");
  expect(error.message).toContain(
    `${file}:13:59: ground_truth.final_state_assertions[0].expcted: unknown key "expcted"; did you mean expected`,
  );
  expect(error.data).toMatchObject({ line: 13, column: 59, nearest: ["expected"] });
  expect(errorOf(changed("description:", "descripton:")).data).toMatchObject({
    line: 3,
    column: 1,
    nearest: ["description"],
  });
  expect(errorOf(changed("{turns: 10}", "{turn: 10}")).data).toMatchObject({
    line: 25,
    column: 10,
    nearest: ["turns"],
  });
});

test("every unknown name is refused with the nearest valid ones", () => {
  expect(errorOf(changed("type: SolBalance", "type: SolBalanc")).data.nearest).toContain("SolBalance");
  expect(errorOf(changed("tool: submit", "tool: submt")).data.nearest).toEqual(["submit"]);
  expect(errorOf(changed("environment: solana", "environment: solna")).data.nearest).toEqual(["solana"]);
  expect(
    errorOf(
      changed("max: 100500000", "max: 100500000, pubkey: USER_WALET_PUBKEY").replace(
        "SolSpent, pubkey: USER_WALLET_PUBKEY",
        "SolSpent",
      ),
    ).data.nearest,
  ).toEqual(["USER_WALLET_PUBKEY"]);
  expect(errorOf(changed("SOL to RECIPIENT_WALLET_PUBKEY", "SOL to RECIPIENT_WALET_PUBKEY")).message).toContain(
    "did you mean RECIPIENT_WALLET_PUBKEY",
  );
  expect(errorOf(changed("limits:", "scoring: outcom\nlimits:")).data.nearest).toEqual(["outcome"]);
});

test("a part of the format that this build does not run is refused by name, never ignored", () => {
  const notYet: [string, string][] = [["limits:", "environment_options: {fee_lamports_per_signature: 6000}\nlimits:"]];
  for (const [from, to] of notYet) expect(errorOf(changed(from, to)).code, to).toBe("benchmark.not-supported-yet");
});

test("a variable without cases is refused: the agent would read the braces", () => {
  expect(errorOf(changed("prompt: Send 0.1 SOL", "prompt: Send {{amount}} SOL")).message).toContain(
    "{{amount}} needs cases",
  );
});

test("an unquoted address of digits and a full u64 both survive", () => {
  const text = changed(
    'program_id: "11111111111111111111111111111111"',
    "program_id: 11111111111111111111111111111111",
  ).replace("lamports: 1000000000}", "lamports: 18446744073709551615}");
  const { groundTruth, task } = parseBenchmark(text, file);
  expect(groundTruth.expected_instructions[0]?.program_id).toBe("11111111111111111111111111111111");
  expect(task.initial_state[0]).toMatchObject({ lamports: "18446744073709551615" });
});

test("a number whose text is not the number is refused, not guessed", () => {
  expect(errorOf(changed("lamports: 0}", "lamports: 0x10}")).message).toContain("0x10 reads as the number 16");
  expect(errorOf(changed("lamports: 0}", "lamports: 0.5}")).message).toContain("must be a whole number");
  expect(errorOf(changed("lamports: 0}", "lamports: 18446744073709551616}")).message).toContain("64 bits");
});

test("a file by which nothing could be earned, or nothing done would pass, is refused", () => {
  expect(errorOf(changed("expected: 100000000}", "expected: 100000000, invariant: true}")).message).toContain(
    "not invariant",
  );
  expect(errorOf(changed("min_score: 1", "min_score: 0")).message).toContain("doing nothing must never pass");
  expect(errorOf(changed("expected: 100000000}", "expected: 100000000, weight: 0}")).code).toBe("benchmark.invalid");
});

test("the wallet that pays must be declared, and nothing twice", () => {
  expect(errorOf(shipped.replaceAll("USER_WALLET_PUBKEY", "USER_WALET_PUBKEY")).message).toContain(
    "USER_WALLET_PUBKEY must be declared",
  );
  expect(
    errorOf(changed("pubkey: RECIPIENT_WALLET_PUBKEY, lamports: 0", "pubkey: USER_WALLET_PUBKEY")).message,
  ).toContain("declared twice");
});

test("the id is the file's name", () => {
  expect(errorOf(shipped, "benchmarks/002.yml").message).toContain(
    'must equal the file\'s name without its ending, "002"',
  );
});

test("who is to decline is not to transact, unless the file says otherwise", () => {
  const text = changed("  transaction_status: Success\n", "").replace(
    "- {type: SolBalance, pubkey: RECIPIENT_WALLET_PUBKEY, expected: 100000000}\n    ",
    "",
  );
  const declining = text.replace(
    "  expected_instructions:",
    "  answer_assertions: [{type: Declined, reason_pattern: enough|insufficient}]\n  expected_instructions:",
  );
  expect(parseBenchmark(declining, file).groundTruth.transaction_status).toBe("None");
  expect(errorOf(declining.replace("enough|insufficient", '"(unclosed"')).message).toContain(
    "no RE2 regular expression",
  );
  expect(errorOf(declining.replace("answer_assertions", "final_state_assertions")).code).toBe("benchmark.invalid");
});

test("layout, comments and order of keys do not change the digest; content does", () => {
  const { digest } = parseBenchmark(shipped, file);
  const lines = shipped.split("\n");
  const turned = `# another comment\n${[...lines.slice(25), ...lines.slice(1, 25)].join("\n")}`;
  expect(parseBenchmark(turned, file).digest).toBe(digest);
  expect(parseBenchmark(changed("Send 0.1 SOL to", "Give 0.1 SOL to"), file).digest).not.toBe(digest);
});

test("hostile YAML is refused within its limits", () => {
  const bomb = `a: &a [${"x,".repeat(50)}]\nb: &b [${"*a,".repeat(50)}]\nc: [${"*b,".repeat(50)}]\n`;
  expect(errorOf(bomb).message).toContain("aliases cannot be expanded");
  expect(errorOf("[".repeat(200) + "]".repeat(200)).message).toContain("nested deeper");
  const nested = (levels: number): string => errorOf("a: ".concat("[".repeat(levels), "]".repeat(levels))).message;
  expect(nested(yamlLimits.depthMax - 1)).not.toContain("nested deeper");
  expect(nested(yamlLimits.depthMax)).toContain(`nested deeper than ${yamlLimits.depthMax} levels`);
  expect(errorOf("a: {__proto__: 1}").message).toContain("__proto__ cannot be a key");
  expect(errorOf("[".repeat(100_000)).code).toBe("benchmark.invalid");
  expect(errorOf("x".repeat(yamlLimits.charsMax + 1)).message).toContain("at most");
  expect(errorOf("id: a\nid: b\n").code).toBe("benchmark.invalid");
  expect(errorOf("id: !!js/function x\n").code).toBe("benchmark.invalid");
  expect(errorOf("").code).toBe("benchmark.invalid");
  expect(errorOf(`${shipped}__proto__: {polluted: 1}\n`).code).toBe("benchmark.invalid");
});
