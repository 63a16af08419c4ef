import { describe, expect, it } from "vitest";
import { RunledgerError } from "./errors.ts";
import { limitKeysOf, limitWords, parseLimitKey } from "./limit-keys.ts";
import { digest } from "./run-under-test.ts";

describe("the keys of a run", () => {
  it("are its agent, its provider and its labels, sorted", () => {
    const agent = { name: "coder", kind: "model" as const, digest, model: "openai:gpt-5", reference: false };
    const labels = { team: "a", area: "x=y" };
    expect(limitKeysOf({ kind: "benchmark", agent, labels })).toEqual([
      "agent:coder",
      "label:area=x=y",
      "label:team=a",
      "provider:openai",
    ]);
    expect(limitKeysOf({ kind: "command", agent: null, labels: {} })).toEqual([]);
  });

  it("are keys that somebody may type", () => {
    for (const key of ["agent:glm-4.6", "provider:openai", "label:k=v", "label:k=", "label:a:b=c=d"])
      expect(parseLimitKey(key)).toBe(key);
  });
});

describe("what is no key", () => {
  const refused: [text: string, says: RegExp, nearest: string[]][] = [
    ["agnet:x", /did you mean agent:\?$/, ["agent"]],
    ["lable:k=v", /did you mean label:\?$/, ["label"]],
    ["x", /takes agent:NAME, provider:NAME or label:KEY=VALUE$/, []],
    ["", /is no key of a limit/, []],
    ["agent", /names no agent/, []],
    ["provider:", /names no provider/, []],
    ["label:team", /label:KEY=VALUE/, []],
    ["label:=a", /label:KEY=VALUE/, []],
    ["provider:openai:gpt-5", /provider:openai$/, []],
  ];
  for (const [text, says, nearest] of refused) {
    it(`is refused with what was meant: ${JSON.stringify(text)}`, () => {
      const error = thrown(() => parseLimitKey(text));
      expect(error.message).toMatch(says);
      expect([error.code, error.data.nearest]).toEqual(["usage.bad-value", nearest]);
    });
  }
});

it("a limit says how full it is", () => {
  expect(limitWords({ key: "agent:x", max: 4, used: 4 })).toBe("limit agent:x: 4 of 4 in use");
});

function thrown(call: () => unknown): RunledgerError {
  try {
    call();
  } catch (error) {
    if (error instanceof RunledgerError) return error;
  }
  throw new Error("the call was expected to be refused");
}
