import { expect, test } from "vitest";
import { RunledgerError } from "../core/errors.ts";
import { type Grammar, parseArguments } from "./options.ts";

const grammar: Grammar = {
  name: "run",
  usage: "run FILE…",
  options: {
    seed: { type: "text", value: "N", help: "" },
    label: { type: "text", value: "K=V", repeatable: true, help: "" },
    id: { type: "text", value: "UUID", alias: "execution-id", help: "" },
    follow: { type: "flag", short: "f", help: "" },
  },
  laterOptions: { trials: "experiments" },
  operands: { min: 1, max: 2 },
};
const program: Grammar = { ...grammar, name: "exec", operands: { min: 1, max: 99 }, endsAtFirstOperand: true };

function refusal(args: string[], of = grammar): { code: string; message: string; nearest: unknown } {
  try {
    parseArguments(args, of);
  } catch (error) {
    if (error instanceof RunledgerError)
      return { code: error.code, message: error.message, nearest: error.data.nearest };
    throw error;
  }
  throw new Error(`${args.join(" ")} was accepted`);
}

test("options and operands may stand in any order", () => {
  const { operands, options } = parseArguments(
    ["a.yml", "--seed", "7", "-f", "--label=x=1", "b.yml", "--label", "y=2"],
    grammar,
  );
  expect(operands).toEqual(["a.yml", "b.yml"]);
  expect([options.text("seed"), options.flag("follow"), options.texts("label")]).toEqual(["7", true, ["x=1", "y=2"]]);
  expect([options.text("id"), options.flag("json")]).toEqual([null, false]);
});

test("an alias is the same option", () => {
  expect(parseArguments(["a", "--execution-id", "u"], grammar).options.text("id")).toBe("u");
});

test("an unknown option is refused with the nearest names", () => {
  expect(refusal(["a", "--sed", "7"])).toEqual({
    code: "usage.unknown-option",
    message: "run has no option --sed; did you mean --seed?",
    nearest: ["--seed"],
  });
});

test("an option that comes later is refused by name, never ignored", () => {
  expect(refusal(["a", "--trials", "3"])).toMatchObject({
    code: "usage.not-yet",
    message: "--trials is not in this build yet; it comes with experiments",
  });
});

test.each([
  { args: ["a", "--seed"], code: "usage.missing-argument", says: "--seed needs N" },
  { args: ["a", "--seed", "--json"], code: "usage.bad-value", says: "looks like an option" },
  { args: ["a", "--seed", "1", "--seed", "2"], code: "usage.bad-value", says: "given twice" },
  { args: ["a", "--follow=yes"], code: "usage.bad-value", says: "takes no value" },
  { args: [], code: "usage.missing-argument", says: "runledger run FILE…" },
  { args: ["a", "b", "c"], code: "usage.bad-value", says: 'does not take "c"' },
])("$args is refused with $code", ({ args, code, says }) => {
  const refused = refusal(args);
  expect(refused.code).toBe(code);
  expect(refused.message).toContain(says);
});

test("help is answered without the operands that the command needs", () => {
  expect(parseArguments(["--help"], grammar).options.flag("help")).toBe(true);
});

test("everything from a program's name on is the program's, also what looks like ours", () => {
  const own = parseArguments(["--seed", "7", "python", "--json", "-f", "--", "x"], program);
  expect(own.operands).toEqual(["python", "--json", "-f", "--", "x"]);
  expect([own.options.text("seed"), own.options.flag("json")]).toEqual(["7", false]);
});

test("two dashes end our options and are not passed on", () => {
  expect(parseArguments(["--seed", "7", "--", "python", "--seed"], program).operands).toEqual(["python", "--seed"]);
  expect(parseArguments(["--", "-x"], program).operands).toEqual(["-x"]);
});

test("asking for an option that was not declared is a bug", () => {
  const { options } = parseArguments(["a"], grammar);
  expect(() => options.flag("sede")).toThrow("no flag option --sede was declared");
});
