// What holds a program, with real programs: exact exit evidence, and nothing that lives on.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { programFactsSchema } from "../protocol/program-facts.ts";
import { type ContainedProgram, containProgram } from "./contain-program.ts";
import { findProgram } from "./find-program.ts";

const programs = fileURLToPath(new URL("../../tests/programs/", import.meta.url));
let attemptDir: string;
let started: ContainedProgram[];

beforeEach(() => {
  attemptDir = mkdtempSync(join(tmpdir(), "runledger-contain-"));
  started = [];
});

afterEach(async () => {
  for (const program of started) await program.end(10_000);
  rmSync(attemptDir, { recursive: true });
});

async function start(
  argv: [string, ...string[]],
  { containment = "pidns", env = {} }: { containment?: "pidns" | "sweep"; env?: Record<string, string> } = {},
): Promise<ContainedProgram> {
  const environment = { ...process.env, ...env };
  const program = await containProgram({ argv, cwd: attemptDir, env: environment, attemptDir, containment });
  started.push(program);
  return program;
}

const node = (name: string, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  join(programs, name),
  ...args,
];

async function outputAndExit(program: ContainedProgram) {
  const [stdout, stderr, exit] = await Promise.all([text(program.stdout), text(program.stderr), program.exited]);
  return { stdout, stderr, exit };
}

/** Living processes whose command line holds the mark. */
function marked(mark: string): number[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const commandLine = (pid: string): string => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  };
  return pids.filter((pid) => commandLine(pid).split("\0").includes(mark)).map(Number);
}

function hasNoEnvironment(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`).length > 0 && readFileSync(`/proc/${pid}/environ`).length === 0;
  } catch {
    return false;
  }
}

async function until(isTrue: () => boolean, what: string): Promise<void> {
  await expect.poll(isTrue, { timeout: 10_000, interval: 10, message: what }).toBe(true);
}

const newMark = (): string => `mark-${process.pid}-${Math.random().toString(36).slice(2)}`;

describe.each(["pidns", "sweep"] as const)("under %s", (containment) => {
  test.each([
    ["exit 0", { code: 0, signal: null }],
    ["exit 3", { code: 3, signal: null }],
    ["exit 137", { code: 137, signal: null }],
    ["exit 143", { code: 143, signal: null }],
    ["exit 255", { code: 255, signal: null }],
    ["kill -9 $$", { code: null, signal: "SIGKILL" }],
    ["kill -15 $$", { code: null, signal: "SIGTERM" }],
    ["kill -11 $$", { code: null, signal: "SIGSEGV" }],
    ["kill -2 $$", { code: null, signal: "SIGINT" }],
    ["kill -1 $$", { code: null, signal: "SIGHUP" }],
  ])("the end of %j is told exactly", async (script, expected) => {
    const program = await start(["sh", "-c", script], { containment });
    expect(program.facts.containment).toBe(containment);
    expect(await program.exited).toEqual(expected);
  });

  test("stdin is empty, the folder is the asked one, the uid stays, and the group is the program's own", async () => {
    const program = await start(node("prints-its-environment.mjs", "one", "two words", ""), {
      containment,
      env: { "name-that-no-shell-keeps": "kept" },
    });
    const { stdout, exit } = await outputAndExit(program);
    const given = JSON.parse(stdout);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(given).toMatchObject({
      stdin: "",
      cwd: attemptDir,
      uid: process.getuid?.(),
      args: ["one", "two words", ""],
    });
    expect([given.group, given.session]).toEqual([given.pid, given.pid]);
    expect(given.env["name-that-no-shell-keeps"]).toBe("kept");
    expect(given.env.RUNLEDGER_TAG).toBe(program.facts.tag);
  });

  test("a program that was stopped and goes on is seen to its end", async () => {
    const program = await start(["sh", "-c", "{ sleep 0.4; kill -CONT $$; } & kill -STOP $$; sleep 0.4; exit 3"], {
      containment,
    });
    expect(await program.exited).toEqual({ code: 3, signal: null });
  });

  test("a program that is stopped stays so until somebody else lets it go on, and is seen to die", async () => {
    const other = "{ sleep 1; cut -d ' ' -f 3 /proc/$$/stat; kill -KILL $$; }";
    const program = await start(["sh", "-c", `${other} & kill -STOP $$; echo it went on`], { containment });
    expect(await outputAndExit(program)).toMatchObject({ stdout: "T\n", exit: { code: null, signal: "SIGKILL" } });
  });

  test("a program that signals its whole group reaches only itself", async () => {
    const program = await start(["sh", "-c", "trap '' TERM; kill 0; exit 5"], { containment });
    expect(await program.exited).toEqual({ code: 5, signal: null });
  });

  test("output can be reopened by name, as shell scripts do", async () => {
    const program = await start(["sh", "-c", "echo out > /dev/stdout; echo err > /dev/stderr"], { containment });
    expect(await outputAndExit(program)).toMatchObject({ stdout: "out\n", stderr: "err\n" });
  });

  test("SIGTERM goes to the program, which may end well by it", async () => {
    const program = await start(node("ends-well-on-sigterm.mjs"), { containment });
    await new Promise((resolve) => program.stdout.once("data", resolve));
    expect(await program.signal("SIGTERM")).toBe(true);
    expect(await program.exited).toEqual({ code: 0, signal: null });
    expect(await program.signal("SIGTERM")).toBe(false);
  });

  test("what a program leaves behind is killed, children that ignore SIGTERM and daemons alike", async () => {
    const mark = newMark();
    const program = await start(node("double-forks-with-setsid.mjs", mark), { containment });
    expect(await program.exited).toEqual({ code: 0, signal: null });
    await until(() => marked(mark).length > 0, "the daemon is there");
    const seen = await program.end(10_000);
    expect(seen).toMatchObject({ kind: containment, confirmed: containment === "pidns", leftAlive: [] });
    expect(marked(mark)).toEqual([]);
  });

  test("the facts lie in the attempt folder and name living processes", async () => {
    const program = await start(node("never-exits.mjs"), { containment });
    const facts = programFactsSchema.parse(JSON.parse(readFileSync(join(attemptDir, "program.json"), "utf8")));
    expect(facts).toEqual(program.facts);
    for (const ref of [facts.entry, ...(containment === "pidns" ? [facts.outer, facts.init] : [])]) {
      expect(readFileSync(`/proc/${ref?.pid}/stat`, "utf8")).toContain(` ${ref?.startTicks} `);
    }
    expect(readdirSync(attemptDir)).toEqual(["program.json"]);
  });
});

test("a death by a real-time signal is no success", async () => {
  const program = await start(["sh", "-c", "kill -40 $$"]);
  expect(await program.exited).toEqual({ code: 1, signal: null });
});

test("a namespace holds no zombies of orphans", async () => {
  const script = "(sleep 0.01 &); (sleep 0.01 &); sleep 0.2; cat /proc/[0-9]*/stat 2>/dev/null";
  const { stdout } = await outputAndExit(await start(["sh", "-c", script]));
  expect(stdout).toContain("(sh) ");
  expect(stdout).not.toContain(") Z ");
});

test("INIT works in every shell of this machine", async () => {
  const path = process.env.PATH;
  const shells = ["dash", "bash", "busybox"].map((name) => findProgram(name, { cwd: "/", path }));
  const paths = shells.filter((shell) => "path" in shell).map((shell) => shell.path);
  expect(paths.length).toBeGreaterThan(0);
  const folder = join(attemptDir, "bin");
  mkdirSync(folder);
  try {
    process.env.PATH = `${folder}:${path}`;
    for (const shell of paths) {
      symlinkSync(shell, join(folder, "sh"));
      const program = await start(["sh", "-c", "(sleep 0.01 &); sleep 0.1; cat /proc/[0-9]*/stat; exit 137"]);
      const { stdout, exit } = await outputAndExit(program);
      expect({ shell, exit, why: program.facts.why }).toEqual({ shell, exit: { code: 137, signal: null }, why: null });
      expect(stdout).not.toContain(") Z ");
      expect(await program.end(10_000)).toMatchObject({ confirmed: true });
      rmSync(join(folder, "sh"));
    }
  } finally {
    process.env.PATH = path;
  }
});

test("a machine without namespaces falls back to sweep and says why", async () => {
  const path = process.env.PATH;
  const folder = join(attemptDir, "bin");
  mkdirSync(folder);
  // An unshare as it behaves where the kernel forbids it.
  writeFileSync(join(folder, "unshare"), "#!/bin/sh\necho 'unshare failed: Operation not permitted' >&2; exit 1\n", {
    mode: 0o700,
  });
  try {
    process.env.PATH = `${folder}:${path}`;
    const program = await start(["sh", "-c", "exit 9"]);
    expect(program.facts).toMatchObject({ containment: "sweep", why: "unshare failed: Operation not permitted" });
    expect(await program.exited).toEqual({ code: 9, signal: null });
  } finally {
    process.env.PATH = path;
  }
});

test("a program sees its own processes in /proc and no others", async () => {
  const { stdout } = await outputAndExit(await start(["sh", "-c", "echo $$; cat /proc/$$/comm; ls -d /proc/[0-9]*"]));
  const [pid, name, ...folders] = stdout.trim().split("\n");
  expect(name).toBe("sh");
  expect(Number(pid)).toBeLessThan(100);
  expect(folders).toContain("/proc/1");
  expect(folders).not.toContain(`/proc/${process.pid}`);
});

test("under sweep a daemon that cleared its environment escapes, and the evidence does not claim otherwise", async () => {
  const mark = newMark();
  const program = await start(node("clears-its-environment.mjs", mark), { containment: "sweep" });
  await program.exited;
  // The shells on the way to it bear the mark and still have their environment.
  await until(() => marked(mark).some(hasNoEnvironment), "the daemon is there");
  const seen = await program.end(10_000);
  const escaped = marked(mark);
  for (const pid of escaped) process.kill(pid, "SIGKILL");
  expect(escaped).toHaveLength(1);
  expect(seen).toMatchObject({ kind: "sweep", confirmed: false, leftAlive: [] });
});

test("under a namespace nothing escapes, whatever it cleared", async () => {
  const mark = newMark();
  const program = await start(node("clears-its-environment.mjs", mark));
  await program.exited;
  await until(() => marked(mark).length > 0, "the daemon is there");
  expect(await program.end(10_000)).toMatchObject({ kind: "pidns", confirmed: true });
  expect(marked(mark)).toEqual([]);
});
