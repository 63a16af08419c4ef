// Whole commands with real programs: outcome, exit, output and events as a runner reports them.

import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type CommandUnderTest, commandUnderTest, node } from "./command-under-test.ts";

const mib = 1024 * 1024;
let command: CommandUnderTest;
beforeEach(() => {
  command = commandUnderTest();
});
afterEach(() => command.remove());

describe("how a program ends", () => {
  test("exit 0 completes, without a score", async () => {
    const result = await command.run(["sh", "-c", "echo hello; echo oops >&2"]);
    expect(result).toMatchObject({
      outcome: "completed",
      exit: { code: 0, signal: null },
      error: null,
      score: null,
      passed: null,
      containment: { kind: "pidns", confirmed: true, leftAlive: [] },
      output: { stdout: { bytes: 6, cutBytes: 0 }, stderr: { bytes: 5, cutBytes: 0 } },
    });
    expect([command.file("stdout.log"), command.file("stderr.log")]).toEqual(["hello\n", "oops\n"]);
    expect(command.emitted).toEqual([]);
  });

  test("another code fails, with code and last lines of stderr as evidence", async () => {
    const lines = Array.from({ length: 25 }, (_, index) => `line ${index}`);
    const result = await command.run(node("exits-with.mjs", "137", ...lines));
    expect(result).toMatchObject({ outcome: "failed", exit: { code: 137, signal: null } });
    expect(result.error).toMatchObject({
      code: "program.exited",
      origin: "agent",
      message: `${process.execPath} exited with code 137`,
      exit: { code: 137 },
      lastStderr: lines.slice(-20).join("\n"),
    });
  });

  test("a signal that is not ours is named, and no sender is made up", async () => {
    const result = await command.run(node("kills-itself.mjs", "SIGKILL"));
    expect(result).toMatchObject({ outcome: "failed", exit: { code: null, signal: "SIGKILL" } });
    expect(result.error).toMatchObject({ code: "program.killed", origin: "agent" });
    expect(result.error?.message).toContain("was killed by SIGKILL, whose sender is unknown");
  });

  test.each([
    ["no-such-program-here", /no-such-program-here is in no folder of PATH/],
    ["./missing", /\.\/missing does not exist/],
    ["./notes.txt", /\.\/notes\.txt is not executable/],
    ["/", /\/ is a folder/],
  ])("a program that cannot be run is told before anything starts: %s", async (name, message) => {
    writeFileSync(join(command.folder, "notes.txt"), "", { mode: 0o600 });
    const result = await command.run([name]);
    expect(result).toMatchObject({ outcome: "failed", exit: null, containment: null });
    expect(result.error).toMatchObject({ code: "program.not-found", origin: "agent" });
    expect(result.error?.message).toMatch(message);
  });

  test("a folder to work in that is none is told too", async () => {
    const result = await command.run(["true"], { cwd: join(command.folder, "missing") });
    expect(result.error?.message).toContain("missing is no folder to work in");
  });

  test.each([
    { line: "#!/no/such/interpreter -x", says: "./script is a script for /no/such/interpreter, which does not exist" },
    { line: "#! /bin/sh\r", says: "./script is a script for /bin/sh, but its first line ends with CR LF" },
  ])("a script that begins with $line is not started, and it is said why", async ({ line, says }) => {
    writeFileSync(join(command.folder, "script"), `${line}\necho there\n`, { mode: 0o700 });
    const result = await command.run(["./script"]);
    expect(result).toMatchObject({ outcome: "failed", exit: null });
    expect(result.error).toMatchObject({ code: "program.not-found", message: says });
  });

  test("a script whose interpreter is missing is no program's own exit code", async () => {
    // From the program's folder, which only the kernel looks up.
    writeFileSync(join(command.folder, "script"), "#!no-such-interpreter\n", { mode: 0o700 });
    const result = await command.run(["./script"]);
    expect(result).toMatchObject({ outcome: "failed", exit: { code: 127, signal: null } });
    expect(result.error).toMatchObject({ code: "program.not-found" });
  });

  test("what it leaves behind is gone when the result is there", async () => {
    const result = await command.run(node("double-forks-with-setsid.mjs", "left-behind"));
    expect(result).toMatchObject({ outcome: "completed", containment: { confirmed: true, leftAlive: [] } });
  });
});

describe("what a program prints", () => {
  test("secrets never reach a file, also printed in halves", async () => {
    const secret = "correct horse battery";
    const result = await command.run(node("prints-secret-in-halves.mjs"), {
      secrets: { SECRET: secret },
      given: { SECRET: secret },
    });
    expect(result.outcome).toBe("completed");
    expect([command.file("stdout.log"), command.file("stderr.log")]).toEqual(
      Array(2).fill("before [masked SECRET] after\n"),
    );
    expect(result.lastStderr).toBe("before [masked SECRET] after");
  });

  test("a flood is cut in the middle, and the line there says by how much", async () => {
    const result = await command.run(node("floods-stdout.mjs", "4"), { limits: { output_mib: 2, event_kib: 256 } });
    expect(result).toMatchObject({ outcome: "completed", output: { stdout: { bytes: 4 * mib, cutBytes: 2 * mib } } });
    const text = command.file("stdout.log");
    const marker = `\n[runledger: ${2 * mib} bytes were cut here; raise limits.output_mib to keep more]\n`;
    expect(text.indexOf(marker)).toBe(mib);
    expect(text.length).toBe(2 * mib + marker.length);
    expect(text.startsWith(`${"0".repeat(63)}\n`)).toBe(true);
    expect(text.endsWith(`${String((4 * mib) / 64 - 1).padStart(63, "0")}\n`)).toBe(true);
    expect(command.emitted.map(({ data }) => data.message)).toEqual([
      `stdout is longer than ${mib} bytes; its end is written when the program has ended`,
    ]);
  });

  test("a flood without end meets its limit", async () => {
    const result = await command.run(node("floods-stdout.mjs"), { limits: { output_mib: 1, event_kib: 256 } });
    expect(result).toMatchObject({
      outcome: "limit",
      error: { code: "limit.output", origin: "agent", limit: "output_mib" },
      containment: { confirmed: true },
    });
    expect(statSync(join(command.folder, "stdout.log")).size).toBeLessThan(mib + 200);
  });
});

describe("what a program reports", () => {
  test("progress, steps, logs, own types and the score are taken over, without secrets", async () => {
    const secrets = { SECRET: "swordfish" };
    const result = await command.run(node("reports-progress.mjs"), { secrets, given: secrets });
    expect(result).toMatchObject({ outcome: "completed", score: 0.8, passed: true, events: { taken: 6, bad: 0 } });
    expect(command.emitted.map(({ type }) => type)).toEqual([
      "run.progressed",
      "step.started",
      "step.completed",
      "log.written",
      "x.epoch",
      "score.recorded",
    ]);
    expect(command.emitted[3]?.data.message).toBe("token is [masked SECRET]");
    expect(command.emitted[5]?.data).toMatchObject({ score: 0.8, passed: true, metrics: { accuracy: 0.8 } });
  });

  test("garbage is reported as such, and no line of it is lifecycle", async () => {
    const result = await command.run(node("writes-garbage-events.mjs"));
    expect(result).toMatchObject({ outcome: "completed", score: null, events: { taken: 2, bad: 6 } });
    const reports = command.emitted.filter(({ type }) => type === "log.written");
    expect(reports).toHaveLength(6);
    expect(reports.map(({ data }) => data.level)).toEqual(Array(6).fill("warn"));
    expect(command.emitted.every(({ type }) => ["run.progressed", "log.written"].includes(type))).toBe(true);
  });

  test("a score of a program that then fails is shown with its failure", async () => {
    const script = `echo '{"type":"score","score":0.5}' >> "$RUNLEDGER_EVENTS"; exit 4`;
    expect(await command.run(["sh", "-c", script])).toMatchObject({ outcome: "failed", exit: { code: 4 }, score: 0.5 });
  });

  test("a journal that takes nothing more fails the command", async () => {
    const script = `echo '{"type":"progress"}' >> "$RUNLEDGER_EVENTS"`;
    const emit = () => Promise.reject(new Error("the journal is full"));
    await expect(command.run(["sh", "-c", script], { emit })).rejects.toThrow("the journal is full");
  });
});

test("a program is told its run, attempt and event file, and not where the ledger lies", async () => {
  const given = { RUNLEDGER_LEDGER: "postgres://me:password@host/db", OWN: "1" };
  const result = await command.run(node("prints-its-environment.mjs"), { given });
  expect(result.outcome).toBe("completed");
  const { env } = JSON.parse(command.file("stdout.log"));
  expect(env).toMatchObject({
    RUNLEDGER_RUN_ID: "the-run",
    RUNLEDGER_ATTEMPT: "2",
    RUNLEDGER_EVENTS: join(command.folder, "work", "events.jsonl"),
    OWN: "1",
  });
  expect(env.RUNLEDGER_TAG).toMatch(/^[0-9a-f]{32}$/);
  expect(env).not.toHaveProperty("RUNLEDGER_LEDGER");
});

test("under sweep the run says that its end cannot be confirmed", async () => {
  const result = await command.run(["true"], { containment: "sweep" });
  expect(result).toMatchObject({ outcome: "completed", containment: { kind: "sweep", confirmed: false } });
  expect(command.emitted[0]?.data.message).toContain("contained by sweep only");
});

test("the program's own PATH decides what is run, and need not lead to our tools", async () => {
  writeFileSync(join(command.folder, "tool"), "#!/bin/sh\necho mine\n", { mode: 0o700 });
  const result = await command.run(["tool"], { given: { PATH: command.folder } });
  expect(result).toMatchObject({ outcome: "completed", containment: { kind: "pidns" } });
  expect(command.file("stdout.log")).toBe("mine\n");
});
