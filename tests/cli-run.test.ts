// `run` and the commands that look at its run, each as a process of its own.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ended, workplace } from "./command-line.ts";

const benchmark = fileURLToPath(new URL("../benchmarks/001-sol-transfer.yml", import.meta.url));
const id = "01a201c5-bf07-4467-aa3d-b1f17d20ee53";

describe("one run of 001, and what every command says of it", () => {
  const place = workplace();
  let ran: Ended;
  beforeAll(async () => {
    ran = await place.run(["run", benchmark, "--seed", "7", "--id", id, "--label", "k=v"]);
  });
  afterAll(() => place[Symbol.dispose]());

  /** The one row of a tab-separated answer, by the names in its header. */
  function fieldsOf(text: string): Record<string, string> {
    const [header = "", row = "", ...more] = text.trimEnd().split("\n");
    expect(more).toEqual([]);
    const fields = row.split("\t");
    return Object.fromEntries(header.split("\t").map((name, index) => [name, fields[index] ?? ""]));
  }

  test("in a pipe stdout holds the row alone, and the exit code is 0", () => {
    expect(ran.code).toBe(0);
    expect(fieldsOf(ran.stdout)).toMatchObject({
      run: id,
      status: "completed",
      passed: "true",
      score: "1",
      min_score: "1",
      subject: "001-sol-transfer",
      agent: "deterministic",
      attempts: "1",
      session: `logs/sessions/session_${id}.json`,
    });
    expect(existsSync(join(place.folder, `logs/sessions/session_${id}.json`))).toBe(true);
  });

  test("stderr tells it line by line, each with a whole UTC time, without colour or carriage return", () => {
    const said = ran.stderr.split("\n").filter((line) => line.startsWith("  2"));
    expect(said.map((line) => line.split(/\s+/)[2])).toEqual([
      "queued",
      "started",
      "world",
      "sol_transfer",
      "submit",
      "scored",
      "completed",
    ]);
    for (const line of said) expect(line).toMatch(/^ {2}\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it must not be there
    expect(ran.stderr).not.toMatch(/[\r\x1b]/);
    expect(ran.stderr).toContain("deterministic (default: plays the file's own solution)   seed 7");
  });

  test("watch of the ended run prints the same lines and row, times and all, and its exit code", async () => {
    const watched = await place.run(["watch", "7d20ee53"]);
    expect(watched).toEqual(ran);
  });

  test("ls shows it in one row under one header, and names the ledger on stderr", async () => {
    const listed = await place.ask(["ls"]);
    expect(fieldsOf(listed.stdout)).toMatchObject({ run: id, status: "completed", verdict: "passed", score: "1" });
    expect(listed.stderr).toContain(join(place.folder, ".runledger/ledger.sqlite"));
    expect(listed.stderr).toContain("1 run: 1 completed (1 passed)");
  });

  test("show, ls, watch and the row agree on every field that they share, --json included", async () => {
    const [shown, listed] = await Promise.all([place.ask(["show", "last", "--json"]), place.ask(["ls", "--json"])]);
    const resource = JSON.parse(shown.stdout);
    expect(JSON.parse(listed.stdout).runs[0]).toEqual({ ...resource, computedAt: expect.any(String) });
    const row = fieldsOf(ran.stdout);
    expect(resource).toMatchObject({
      id: row.run,
      status: row.status,
      passed: true,
      score: Number(row.score),
      minScore: 1,
      seed: 7,
      labels: { k: "v" },
      files: { session: row.session },
      usage: { toolCalls: 2 },
      liveness: null,
      waitingOn: null,
    });
  });

  test("show holds the score's parts and the transaction", async () => {
    const { stdout, code } = await place.ask(["show", "20ee53"]);
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toBe(`ledger  ${join(place.folder, ".runledger/ledger.sqlite")}`);
    expect(stdout).toMatch(/1\/1 .*RECIPIENT_WALLET_PUBKEY.* before 0, after 100000000/);
    expect(stdout).toMatch(
      /System Program: transfer 100000000 lamports {3}USER_WALLET_PUBKEY \(signer, writable\) → RECIPIENT_WALLET_PUBKEY/,
    );
  });

  test("show --at an event folds no further than that event", async () => {
    const { stdout } = await place.ask(["show", id, "--at", "3", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ status: "running", score: null, endedAt: null, seq: 3 });
    const before = await place.ask(["show", id, "--at", "2000-01-01T00:00:00Z"]);
    expect(before).toMatchObject({ code: 2, stdout: "" });
  });

  test("show --tx shows one transaction whole, and refuses one that is not there", async () => {
    const { stdout } = await place.ask(["show", id, "--tx", "1", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ status: "success", feeLamports: "5000" });
    expect((await place.ask(["show", id, "--tx", "2"])).stderr).toContain("has transactions 1 to 1, not 2");
  });

  test("why leads from queued to completed without a gap", async () => {
    const { stdout } = await place.ask(["why", id, "--json"]);
    const { status, steps } = JSON.parse(stdout);
    expect(steps[0]).toMatchObject({ before: null, after: "queued", event: { type: "run.queued" } });
    expect(steps.at(-1)).toMatchObject({ after: status, event: { type: "run.completed" } });
  });

  test("--jsonl begins with launched, gives every event in order, and ends with done", async () => {
    const { stdout } = await place.ask(["watch", id, "--jsonl"]);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ type: "launched", runId: id });
    expect(lines.at(-1)).toMatchObject({ type: "done", exitCode: 0, run: { id, status: "completed" } });
    expect(lines.slice(1, -1).map(({ seq }) => seq)).toEqual(lines.slice(1, -1).map((_, index) => index + 1));
  });

  test("the same id again is refused and changes nothing", async () => {
    const again = await place.ask(["run", benchmark, "--id", id, "--json"]);
    expect(again.code).toBe(2);
    expect(JSON.parse(again.stdout)).toMatchObject({ code: "run.id-taken", status: 409 });
  });

  test("a reader that leaves early is no error", async () => {
    const { child, ended } = place.start(["show", id]);
    child.stdout?.destroy();
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("several files", () => {
  /** A copy of 001 whose solution sends too little. */
  const below = readFileSync(benchmark, "utf8")
    .replace("id: 001-sol-transfer", "id: sends-too-little")
    .replace(/(tool: sol_transfer.*lamports: )100000000/, "$11000");

  test("run one after another under one header, and the worst verdict is the exit code", async () => {
    using place = workplace();
    writeFileSync(join(place.folder, "sends-too-little.yml"), below);
    const { code, stdout } = await place.ask(["run", "sends-too-little.yml", benchmark]);
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((row) => row.split("\t"));
    expect(rows.map(([, status, passed, score]) => [status, passed, score])).toEqual([
      ["status", "passed", "score"],
      ["completed", "false", "0"],
      ["completed", "true", "1"],
    ]);
    expect(code).toBe(100);
  });

  test("one that is wrong keeps all from being started", async () => {
    using place = workplace();
    writeFileSync(join(place.folder, "wrong.yml"), below);
    const { code, stderr } = await place.ask(["run", benchmark, "wrong.yml"]);
    expect(code).toBe(2);
    expect(stderr).toContain("wrong.yml");
    expect(existsSync(join(place.folder, ".runledger"))).toBe(false);
  });
});

describe("what is refused before anything is written", () => {
  test.each([
    { args: ["run", benchmark, "--agent", "determinstic"], says: "did you mean deterministic?" },
    { args: ["run", "001-sol-transfr.yml"], says: "did you mean 001-sol-transfer.yml?" },
    { args: ["run", benchmark, "--limits", "wal_s=3"], says: "did you mean wall_s" },
    { args: ["run", benchmark, "--limits", "wall_s=-3"], says: "wall_s" },
    { args: ["run", benchmark, "--seed", "4294967296"], says: "from 0 to 4294967295" },
    { args: ["run", benchmark, "--id", "7"], says: "--id takes a UUID" },
    { args: ["run", benchmark, "--ledger", "postgres://me:secret@host/db"], says: "RUNLEDGER_LEDGER" },
    { args: ["rnu", benchmark], says: "did you mean run" },
    { args: ["fork"], says: "it comes with simulations" },
    { args: ["prune"], says: "prune needs an age" },
    { args: ["prune", "--older-than", "1y"], says: "a span like 30d" },
    { args: ["prune", "--older-than", "1d", "--status", "queued"], says: "one that is queued has not" },
    { args: ["exec", "--name", "x".repeat(201), "--", "true"], says: "--name takes 1 to 200 characters, not 201" },
    { args: ["exec", "--label", `${"k".repeat(101)}=1`, "--", "true"], says: "--label kkk" },
    { args: ["worker", "--slots", "0"], says: "from 1 to 256" },
    { args: ["worker", "--slots", "1000"], says: "from 1 to 256" },
    { args: ["limits", "set", "agent:x", "20000"], says: "from 0 to 10000" },
    { args: ["limits", "set", "agnet:x", "4"], says: "did you mean agent:" },
    { args: ["exec"], says: "usage: runledger exec" },
    { args: ["ls"], says: "ledger.not-found: no .runledger/ here or above; run something first, or give --ledger" },
    { args: ["watch"], says: "ledger.not-found" },
  ])("$args", async ({ args, says }) => {
    using place = workplace();
    writeFileSync(join(place.folder, "001-sol-transfer.yml"), readFileSync(benchmark));
    const { code, stdout, stderr } = await place.ask(args);
    expect(stderr).toContain(says);
    expect(stderr).not.toContain("secret");
    expect([code, stdout]).toEqual([2, ""]);
    expect(existsSync(join(place.folder, ".runledger"))).toBe(false);
  });

  test("a dry run shows the plan and writes nothing", async () => {
    using place = workplace();
    const { code, stdout } = await place.ask(["run", benchmark, "--dry-run", "--seed", "7", "--json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ledger: { exists: false },
      runs: [{ benchmark: "001-sol-transfer", seed: 7 }],
    });
    expect(existsSync(join(place.folder, ".runledger"))).toBe(false);
  });
});
