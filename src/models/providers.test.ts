import { describe, expect, test } from "vitest";
import { fullModelName, parseModelName } from "./model-name.ts";
import { keysFor, modelReadiness, openModel } from "./providers.ts";

const config = {
  providers: [
    { name: "lab", baseUrl: "https://models.lab.example/v1", keyVariable: "LAB_KEY", models: ["big", "small"] },
    { name: "desk", baseUrl: "http://127.0.0.1:8080/v1", keyVariable: null },
  ],
};

test("a name is a model's own, or provider:model split at the first colon", () => {
  expect(parseModelName("glm-4.6")).toEqual({ kind: "known", provider: "zai", model: "glm-4.6" });
  expect(parseModelName("glm-4.6-coding")).toEqual({ kind: "known", provider: "zai-coding", model: "glm-4.6" });
  expect(parseModelName("ollama:qwen3:8b")).toEqual({ kind: "known", provider: "ollama", model: "qwen3:8b" });
  expect(parseModelName("openai-compatible:lab:a:b")).toEqual({ kind: "configured", server: "lab", model: "a:b" });
});

test("all names of a model are one in full", () => {
  expect(fullModelName(parseModelName("glm-4.6"))).toBe("zai:glm-4.6");
  expect(fullModelName(parseModelName("zai:glm-4.6"))).toBe("zai:glm-4.6");
  expect(fullModelName(parseModelName("openai-compatible:lab:big"))).toBe("openai-compatible:lab:big");
});

test.each([
  ["opnai:gpt-5", 'there is no provider "opnai"; did you mean openai?'],
  ["glm-4.7", "is neither a model's name nor of the form provider:model; did you mean glm-4.6?"],
  ["openai:", "names no model of openai"],
  ["openai-compatible:lab", "is not of the form openai-compatible:NAME:MODEL"],
  ["openai-compatible:lba:big", 'the configuration names no provider "lba"; did you mean lab?'],
  ["openai-compatible:lab:bgi", 'lab has no model "bgi"; did you mean big?'],
  ["constructor:x", 'there is no provider "constructor"'],
])("the name %s means no model, and the error names what is near", async (name, detail) => {
  const refused = expect.objectContaining({ code: "model.unknown", message: expect.stringContaining(detail) });
  expect(() => modelReadiness(name, {}, config)).toThrow(refused);
  expect(() => keysFor(name, config)).toThrow(refused);
  await expect(openModel(name, {}, config)).rejects.toEqual(refused);
});

const needs: [string, string[]][] = [
  ["glm-4.6", ["ZAI_API_KEY", "ZAI_API_URL"]],
  ["glm-4.6-coding", ["GLM_CODING_API_KEY", "GLM_CODING_API_URL"]],
  ["openai:gpt-5", ["OPENAI_API_KEY", "OPENAI_BASE_URL"]],
  ["anthropic:claude-sonnet-4-5", ["ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL"]],
  ["google:gemini-2.5-flash", ["GOOGLE_GENERATIVE_AI_API_KEY", "GOOGLE_GENERATIVE_AI_BASE_URL"]],
  ["openai-compatible:lab:big", ["LAB_KEY"]],
];

describe.each(needs)("%s", (name, variables) => {
  const [key = ""] = variables;

  test("is ready with its key and not without, and the variable is named before any work", async () => {
    expect(keysFor(name, config)).toEqual(variables);
    expect(modelReadiness(name, { [key]: "k" }, config)).toEqual({ isReady: true, missing: [] });
    for (const env of [{}, { [key]: "" }, { [key]: " \n" }]) {
      expect(modelReadiness(name, env, config)).toEqual({ isReady: false, missing: [key] });
      await expect(openModel(name, env, config)).rejects.toMatchObject({
        code: "provider.missing-key",
        message: expect.stringContaining(`${name} needs ${key}`),
        data: { variable: key },
      });
    }
    expect(await openModel(name, { [key]: "k" }, config)).toMatchObject({ name });
  });
});

test.each(["ollama:llama4", "openai-compatible:desk:any"])("%s needs no key", async (name) => {
  expect(modelReadiness(name, {}, config)).toEqual({ isReady: true, missing: [] });
  expect(await openModel(name, {}, config)).toMatchObject({ name });
});

test.each(["not a url", "ftp://host/v1", "https://user:secret@host/v1"])(
  "a base URL that cannot be used is refused by its variable: %s",
  async (url) => {
    const opened = openModel("glm-4.6", { ZAI_API_KEY: "k", ZAI_API_URL: url }, {});
    await expect(opened).rejects.toMatchObject({
      code: "provider.bad-url",
      message: expect.stringMatching(/^ZAI_API_URL (?!.*secret)/),
    });
  },
);

test("white space around a key is none of it, and within it an error that does not quote it", async () => {
  expect(await openModel("glm-4.6", { ZAI_API_KEY: " k \n" }, {})).toMatchObject({ name: "glm-4.6" });
  for (const key of ["first second", "first\nsecond", "schlüssel"]) {
    await expect(openModel("glm-4.6", { ZAI_API_KEY: key }, {})).rejects.toMatchObject({
      code: "provider.bad-key",
      message: expect.stringMatching(/^ZAI_API_KEY, the key of Z\.ai, (?!.*(second|schlüssel))/),
    });
  }
});
