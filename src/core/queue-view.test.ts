import { expect, test } from "vitest";
import type { Lane } from "./lane.ts";
import { type Abilities, canTake, refusalOf } from "./queue-view.ts";

const lane: Lane = {
  kind: "benchmark",
  agent: "glm-4.6",
  provider: null,
  labels: [["gpu", "no"]],
  needs: [],
};
const all: Abilities = { kinds: ["benchmark", "command"], agents: null, labels: {} };

test("a worker takes the kinds, agents and labels that it says, and a run without an agent needs none", () => {
  expect(canTake(all, lane)).toBe(true);
  expect(canTake({ ...all, kinds: ["command"] }, lane)).toBe(false);
  expect(canTake({ ...all, agents: ["scripted"] }, lane)).toBe(false);
  expect(canTake({ ...all, agents: [] }, { ...lane, agent: null })).toBe(true);
  expect(canTake({ ...all, labels: { gpu: "no" } }, lane)).toBe(true);
  expect(canTake({ ...all, labels: { gpu: "yes" } }, lane)).toBe(false);
});

test("a worker takes what needs a key only if it has it, and any model of a provider that it names", () => {
  const needy: Lane = { ...lane, agent: "openai:gpt-5", needs: ["OPENAI_API_KEY"] };
  const open: Abilities = { ...all, agents: ["openai:*"] };
  expect(canTake(open, needy)).toBe(false);
  expect(canTake({ ...open, keys: ["OPENAI_API_KEY"] }, needy)).toBe(true);
  expect(canTake({ ...all, agents: ["openai"], keys: ["OPENAI_API_KEY"] }, needy)).toBe(false);
  expect(refusalOf([open, { ...open, keys: ["ZAI_API_KEY"] }], needy)).toBe("no worker has OPENAI_API_KEY");
});

test("a refusal names what the nearest workers lack", () => {
  const commands: Abilities = { ...all, kinds: ["command"] };
  const scripted: Abilities = { ...all, agents: ["scripted"] };
  const picky: Abilities = { ...all, labels: { gpu: "yes", team: "a" } };
  expect(refusalOf([], lane)).toBe("no worker");
  expect(refusalOf([commands], lane)).toBe("no worker takes kind benchmark");
  expect(refusalOf([commands, scripted], lane)).toBe("no worker takes agent glm-4.6");
  expect(refusalOf([commands, scripted, picky], lane)).toBe(
    "no worker takes runs without the label gpu=yes and team=a",
  );
  const other = { ...picky, labels: { team: "b" } };
  expect(refusalOf([other, picky, other], lane)).toBe(
    "no worker takes runs without the label gpu=yes and team=a or team=b",
  );
  expect(refusalOf([commands, scripted, picky, all], lane)).toBeNull();
});
