// What export writes, where to, and what it refuses.

import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newRunId } from "../core/ids.ts";
import type { ExperimentPlan } from "../core/plan-experiment.ts";
import { spansOfTrace } from "../views/otlp.fixture.ts";
import { queuedData } from "../worker/attempt-folder.fixture.ts";
import { Project } from "./project.fixture.ts";

let project: Project;
beforeEach(() => {
  project = new Project();
  return project.runledger("import", ".");
});
afterEach(() => project[Symbol.dispose]());

describe("to stdout", () => {
  test("with --json a session is the one value, and another format is a text in it", async () => {
    const session = await project.runledger("export", "last", "--json");
    expect([session.code, session.json()]).toEqual([0, JSON.parse(readFileSync(project.sessionFile(), "utf8"))]);
    const plain = await project.runledger("export", "last", "--format", "csv");
    const csv = await project.runledger("export", "last", "--format", "csv", "--json");
    expect(csv.json()).toEqual({ format: "csv", runs: [project.runId], out: null, text: plain.stdout });
  });

  test("a run is its session file to the byte, if nothing else is asked for", async () => {
    const ran = await project.runledger("export", project.runId.slice(-8));
    expect(ran).toMatchObject({ code: 0, stdout: readFileSync(project.sessionFile(), "utf8") });
  });

  test("its trace is the file beside the session file", async () => {
    const ran = await project.runledger("export", "last", "--format", "otlp");
    const path = join(project.folder, "logs", "sessions", `enhanced_otel_${project.runId}.jsonl`);
    expect(ran.stdout).toBe(readFileSync(path, "utf8"));
    expect(spansOfTrace(ran.stdout).map(({ name }) => name)).toContain("run 001-sol-transfer");
  });

  test("several runs come in the order in which they were named, each once", async () => {
    const queued = await project.queue();
    const ran = await project.runledger("export", queued, project.runId, queued.slice(-12), "--format", "csv");
    const rows = ran.stdout.trimEnd().split("\r\n");
    expect(rows.slice(1).map((row) => row.split(",")[0])).toEqual([queued, project.runId]);
  });

  test("every event comes in the envelope of the API", async () => {
    const ran = await project.runledger("export", project.runId, "--format", "jsonl");
    const events = ran.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(Object.keys(events[0])).toEqual([
      "position",
      "runId",
      "seq",
      "attempt",
      "v",
      "type",
      "at",
      "recordedAt",
      "actor",
      "data",
    ]);
  });
});

test("an experiment is all of its runs, in the order in which they were planned", async () => {
  const agent = queuedData().agent;
  if (agent === null) throw new Error("no agent");
  const id = newRunId();
  await project.withLedger((ledger) => {
    const subject = (name: string) => ({
      subject: { kind: "benchmark" as const, id: name, digest: agent.digest },
      minScore: 1,
      limits: {},
    });
    const { labels, priority, retryPolicy, params, who } = queuedData();
    const plan: ExperimentPlan = {
      ...{ id, name: null, file: null, sources: [], subjects: [subject("é: 1"), subject("2")], trials: 2, seedBase: 7 },
      ...{ agents: [{ identity: agent, params: {} }], conditions: [{ name: null, set: {} }], jobs: 1, limits: {} },
      shared: { labels, priority, retryPolicy, params, who },
    };
    return ledger.planExperiment(plan, "cli");
  });
  const ran = await project.runledger("export", id.slice(-10), project.runId, id, "--format", "junit");
  const cases = [...ran.stdout.matchAll(/<testcase name="([^"]*)"/g)].map(([, name]) => name);
  expect(cases).toEqual(["é: 1 #1", "2 #1", "é: 1 #2", "2 #2", "001-sol-transfer"]);
});

describe("to a file", () => {
  test("it is replaced whole, through a link, with nothing left beside it", async () => {
    mkdirSync(join(project.folder, "reports"));
    const path = join(project.folder, "reports", "junit.xml");
    writeFileSync(path, "old");
    symlinkSync(path, join(project.folder, "link.xml"));
    const ran = await project.runledger("export", "last", "--format", "junit", "--out", "link.xml", "--json");
    expect(ran.json()).toEqual({ format: "junit", runs: [project.runId], out: "link.xml" });
    expect(readFileSync(path, "utf8")).toMatch(/^<\?xml .*<testsuites name="runledger" tests="1"/s);
    expect(readdirSync(join(project.folder, "reports"))).toEqual(["junit.xml"]);
  });

  test("a run that is not there leaves the file as it was, and stdout empty", async () => {
    const path = join(project.folder, "out.csv");
    writeFileSync(path, "old");
    const ran = await project.runledger("export", "last", "ffffffff", "--format", "csv", "--out", "out.csv");
    expect(ran).toMatchObject({ code: 2, stdout: "" });
    expect(readFileSync(path, "utf8")).toBe("old");
  });

  test("a summary for GitHub is added to what other steps wrote, where the variable names the file", async () => {
    const path = join(project.folder, "summary.md");
    writeFileSync(path, "before\n");
    project.env.GITHUB_STEP_SUMMARY = path;
    expect(await project.runledger("export", "last", "--format", "github")).toMatchObject({ code: 0, stdout: "" });
    expect(await project.runledger("export", "last", "--format", "github", "--out", "summary.md")).toMatchObject({
      code: 0,
    });
    const text = readFileSync(path, "utf8");
    expect(text).toMatch(/^before\n### 1 run: 1 passed\n/);
    expect(text.match(/### 1 run/g)?.length).toBe(2);
    await project.runledger("export", "last", "--format", "csv");
    expect(readFileSync(path, "utf8")).toBe(text);
  });
});

describe("is refused", () => {
  test("an unknown format, with the nearest and all there are", async () => {
    const ran = await project.runledger("export", "last", "--format", "junitt");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/did you mean junit\?.*session, state, jsonl, csv, otlp, junit, github/);
  });

  test("the state of what is no simulation; no file is begun", async () => {
    const ran = await project.runledger("export", "last", "--format", "state", "--out", "state.json");
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain("is a benchmark");
    expect(existsSync(join(project.folder, "state.json"))).toBe(false);
  });

  test("a folder as a file", async () => {
    expect(await project.runledger("export", "last", "--out", ".")).toMatchObject({ code: 2 });
  });
});
