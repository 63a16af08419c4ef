// Exports of folded runs, read back by parsers that are not ours: Python's expat and csv.

import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isKnown, type LedgerEvent } from "../core/events.ts";
import { foldRun } from "../core/run.ts";
import { type ExportedRun, type ExportFormat, exportFormats, exportRuns } from "./export-runs.ts";
import { type MadeStream, madeStart, makeGoodRun, makeStream, queuedBenchmark, queuedProgram } from "./made-events.ts";

/** What a text may hold that formats trip over: other scripts, newlines, quotes, tags, and characters of no format. */
const nasty = "é 漢字 🦀: a,b;\"c\" 'd'\nline\ttwo\r\nthree ]]> <b>&amp;</b> =1+1 | `x`";
const controls = "\u0000\u0007\u001b[31m\ufffe\ud800";

const fault = (origin: "agent" | "provider", message: string) => ({ code: `${origin}.failed`, origin, message });

function ended(id: string, name: string | null = null): MadeStream {
  return makeStream({ ...queuedBenchmark, name }, { id: `01a201c5-bf07-7467-aa3d-00000000000${id}` })
    .journal("attempt.started", madeStart)
    .journal("run.progressed", { phase: "acting" });
}

const scored = (stream: MadeStream, score: number) =>
  stream.journal("score.recorded", { score, passed: score >= 1, minScore: 1 }).conclude({ fact: "ok" });

const passed = scored(ended("1", nasty), 1);
const below = scored(ended("2"), 0.5);
const failedByAgent = ended("3").conclude({ fact: "er", error: fault("agent", `gave up: ${nasty}${controls}`) });
const failedByProvider = ended("4").conclude({ fact: "er", error: fault("provider", "429") });
const cancelled = ended("5").command({ type: "cancel", graceMs: 0 }).conclude({ fact: "killedCancel" });
const unended = ended("6");
const program = makeStream(queuedProgram).journal("attempt.started", madeStart).conclude({ fact: "ok" });
const all = [passed, below, failedByAgent, failedByProvider, cancelled, unended, program];

async function exported(format: ExportFormat, streams: readonly MadeStream[]): Promise<string> {
  let text = "";
  for await (const piece of exportRuns(format, runsOf(streams))) text += piece;
  return text;
}

async function* runsOf(streams: readonly MadeStream[]): AsyncGenerator<ExportedRun> {
  for (const { run, events } of streams) yield { run, events: () => each(events) };
}

async function* each(events: readonly LedgerEvent[]): AsyncGenerator<LedgerEvent> {
  yield* events;
}

function python(program: string, input: string): unknown {
  const env = { ...process.env, PYTHONIOENCODING: "utf-8" };
  return JSON.parse(execFileSync("python3", ["-c", program], { input, encoding: "utf8", env }));
}

describe("junit", () => {
  const parse = `
import json, sys, xml.etree.ElementTree as E
def tree(e): return {"tag": e.tag, "attributes": e.attrib, "text": (e.text or ""), "children": [tree(c) for c in e]}
print(json.dumps(tree(E.fromstring(sys.stdin.buffer.read()))))`;
  type Tree = { tag: string; attributes: Record<string, string>; text: string; children: Tree[] };
  const parsed = async (streams: readonly MadeStream[]) => python(parse, await exported("junit", streams)) as Tree;
  const verdicts = (suite: Tree | undefined) =>
    suite?.children.map(({ children }) => children.filter(({ tag }) => tag !== "properties").map(({ tag }) => tag));

  test("is below a failure, a fault of the agent a failure, any other fault or no end an error, a cancel skipped", async () => {
    const { tag, attributes, children } = await parsed(all);
    expect(tag).toBe("testsuites");
    expect(attributes).toMatchObject({ tests: "7", failures: "2", errors: "2", skipped: "1" });
    const [agent, command] = children;
    expect(agent?.attributes).toMatchObject({
      name: "deterministic",
      tests: "6",
      failures: "2",
      errors: "2",
      skipped: "1",
    });
    expect(verdicts(agent)).toEqual([[], ["failure"], ["failure"], ["error"], ["skipped"], ["error"]]);
    expect(command?.attributes).toMatchObject({ name: "command", tests: "1", failures: "0" });
    expect(verdicts(command)).toEqual([[]]);
  });

  test("text survives to the letter, but for the control characters, which XML has none of", async () => {
    const [suite] = (await parsed([passed, failedByAgent])).children;
    expect(suite?.children[0]?.attributes.name).toBe(nasty);
    const failure = suite?.children[1]?.children.find(({ tag }) => tag === "failure");
    expect(failure?.attributes).toEqual({ message: `gave up: ${nasty}[31m`, type: "agent.failed" });
    expect(failure?.text).toBe(`gave up: ${nasty}[31m`);
  });

  test("any text at all leaves a document that a parser takes, with every character that XML knows", async () => {
    const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
    const texts = fc.sample(fc.oneof(fc.string({ unit }), fc.string({ unit: "binary" })), { numRuns: 400, seed: 7 });
    const messages = texts.map((text) => `${text}.`);
    const streams = messages.map((message) => ended("7").conclude({ fact: "er", error: fault("agent", message) }));
    const [suite] = (await parsed(streams)).children;
    const isKept = (char: string) => {
      const code = char.codePointAt(0) ?? 0;
      const isControl = (code < 0x20 && !"\t\n\r".includes(char)) || (code >= 0x7f && code < 0xa0);
      const isNoText =
        (code >= 0xd800 && code < 0xe000) || (code >= 0xfdd0 && code <= 0xfdef) || code === 0xfffe || code === 0xffff;
      return !isControl && !isNoText;
    };
    const failures = suite?.children.map(({ children }) => children.find(({ tag }) => tag === "failure"));
    const kept = messages.map((message) => Array.from(message).filter(isKept).join(""));
    expect(failures?.map((failure) => failure?.text)).toEqual(kept);
    expect(failures?.map((failure) => failure?.attributes.message)).toEqual(kept);
  });

  test("a case names its run, status and score", async () => {
    const [suite] = (await parsed([below])).children;
    const properties = suite?.children[0]?.children.find(({ tag }) => tag === "properties")?.children ?? [];
    expect(Object.fromEntries(properties.map(({ attributes: { name, value } }) => [name, value]))).toMatchObject({
      run: below.run.id,
      status: "completed",
      score: "0.5",
    });
    expect(suite?.children[0]?.children[1]?.attributes.message).toBe("score 0.500000, needs 1");
  });

  test("no runs are a report without tests", async () => {
    expect(await parsed([])).toMatchObject({ tag: "testsuites", attributes: { tests: "0" }, children: [] });
  });
});

describe("csv", () => {
  test("is read back field by field, with newlines, quotes and other scripts in them", async () => {
    const parse = `
import csv, io, json, sys
print(json.dumps(list(csv.DictReader(io.TextIOWrapper(sys.stdin.buffer, "utf-8", newline="")))))`;
    const rows = python(parse, await exported("csv", all)) as Record<string, string>[];
    expect(rows.map(({ run }) => run)).toEqual(all.map(({ run }) => run.id));
    expect(rows[0]).toMatchObject({ name: nasty, status: "completed", passed: "true", score: "1", tool_calls: "0" });
    expect(rows[1]).toMatchObject({ name: "", passed: "false", score: "0.5", min_score: "1" });
    expect(rows[3]).toMatchObject({ status: "failed", passed: "", score: "", error_code: "provider.failed" });
    expect(rows[5]).toMatchObject({ status: "running", ended_at: "", seconds: "" });
  });
});

describe("github", () => {
  test("has one row a run, with its verdict, and nothing that was written can break out of its cell", async () => {
    const text = await exported("github", all);
    const lines = text.trimEnd().split("\n");
    expect(lines[0]).toBe("### 7 runs: 2 passed · 2 failed · 2 with errors · 1 cancelled");
    const rows = lines.slice(4).map((line) => line.slice(2, -2).split(" | "));
    expect(rows.map(([verdict]) => verdict)).toEqual([
      "✅ passed",
      "❌ below",
      "❌ failed",
      "⚠️ failed",
      "cancelled",
      "⚠️ running",
      "completed",
    ]);
    for (const cells of rows) expect(cells.length).toBe(7);
    expect(rows[0]?.[1]).toContain("漢字 🦀");
    expect(rows[0]?.[1]).not.toMatch(/[<>`|]/);
    expect(text).not.toContain("\u001b");
  });

  test("stays small enough to be shown, and counts what it does not list", async () => {
    const text = await exported(
      "github",
      Array.from({ length: 1_003 }, () => below),
    );
    expect(text).toContain("1,003 runs: 1,003 failed");
    expect(text).toContain("3 more runs, counted above and not listed.");
    expect(Buffer.byteLength(text)).toBeLessThan(1024 * 1024);
  });
});

describe("session", () => {
  test("of one run is its session file, of several a list of them", async () => {
    const one = JSON.parse(await exported("session", [passed])) as { execution_id: string };
    expect(one).toMatchObject({ execution_id: passed.run.id, final_result: { success: true, score: 1 } });
    for (const streams of [[], [passed, below], [passed, below, program]]) {
      const several = JSON.parse(await exported("session", streams)) as { execution_id: string }[];
      expect(several.map(({ execution_id }) => execution_id)).toEqual(streams.map(({ run }) => run.id));
    }
  });
});

describe("jsonl", () => {
  test("has every event in the envelope of the API, and folds to the same run", async () => {
    const stream = makeGoodRun();
    const lines = (await exported("jsonl", [stream])).trimEnd().split("\n");
    const events = lines.map((line) => JSON.parse(line) as LedgerEvent);
    expect(events).toEqual(stream.events);
    expect(events.every(isKnown)).toBe(true);
    expect(foldRun(events)).toEqual(stream.run);
  });
});

test("state is refused by name for what is no simulation", async () => {
  await expect(exported("state", [program])).rejects.toMatchObject({
    code: "usage.bad-value",
    message: expect.stringContaining("is a command"),
  });
});

test("every other format has something to say of every end", async () => {
  for (const format of exportFormats.filter((name) => name !== "state")) {
    expect((await exported(format, all)).length, format).toBeGreaterThan(0);
  }
});
