import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Json } from "../../core/document-value.ts";
import { callTool } from "../../core/tool.ts";
import type { WorkPlace, World, WorldSetup } from "../environment.ts";
import type { CommandState, Subject } from "../observation.ts";
import { workspaceEnvironment } from "./world.ts";

let folder: string;
let world: World;
let place: WorkPlace;

/** Runs programs plainly: how they are held is the runner's business. */
const plainly: WorkPlace["run"] = async ({ argv, cwd, env, signal }) => {
  const [command, ...args] = argv;
  const ended = (exitCode: number | null, stdout: string, stderr: string) => ({
    exitCode,
    signal: null,
    stdout,
    stderr,
  });
  if (signal?.aborted) return { ...ended(null, "", ""), stoppedFor: "signal" };
  try {
    const stdout = execFileSync(command, args, { cwd, env, encoding: "utf8", stdio: "pipe" });
    return { ...ended(0, stdout, ""), stoppedFor: null };
  } catch (error) {
    const { status, stdout, stderr } = error as { status: number | null; stdout: string; stderr: string };
    return { ...ended(status, stdout, stderr), stoppedFor: null };
  }
};

const file = (path: string, text: string) => ({ files: [{ path, executable: false, content: { text } }] });
const setup = (): WorldSetup => ({
  initialState: [file("a.txt", "one\n"), file("sub/b.txt", "two\n")],
  options: { image: null, network: "inherit" },
  seed: 0,
  record: async () => {},
  place,
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "runledger-workspace-"));
  place = { folder, runId: "a", run: plainly };
  world = await workspaceEnvironment.open(setup());
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const inside = (path: string) => join(folder, "workspace", path);

async function call(tool: string, args: Record<string, Json>) {
  return callTool(world.tools, { tool, args }, { signal: new AbortController().signal });
}

/** What a call that went well brought. */
async function resultOf(tool: string, args: Record<string, Json>): Promise<Record<string, unknown>> {
  const reply = await call(tool, args);
  if (!reply.ok) throw new Error(reply.error.message);
  return reply.result as Record<string, unknown>;
}

async function look(subject: Subject): Promise<CommandState> {
  const { commands } = await world.observe([subject]);
  return commands?.[JSON.stringify(subject)] as CommandState;
}

const command = (run: string[], rewardFile: string | null = null): Subject => ({
  kind: "command",
  run,
  timeoutS: 5,
  rewardFile,
});

const commandLine = (script: string): Subject => command(["sh", "-c", script]);

test("the declared files are there before anybody acts", async () => {
  expect(world.summary).toBe("workspace: 2 files");
  expect(await call("list_files", {})).toMatchObject({
    result: { entries: [{ path: "a.txt", bytes: 4 }, { path: "sub", kind: "folder" }, { path: "sub/b.txt" }] },
  });
  expect(await world.look?.()).toMatchObject({ files: ["a.txt", "sub/b.txt"] });
});

test("files are read in parts, and written whole with the folders on the way", async () => {
  expect(await call("write_file", { path: "x/y.txt", content: "ä".repeat(20_000) })).toMatchObject({
    result: { bytes: 40_000 },
  });
  const first = await resultOf("read_file", { path: "x/y.txt" });
  const second = await resultOf("read_file", { path: "x/y.txt", offset: Number(first.next_offset) });
  expect(`${first.text}${second.text}`).toBe("ä".repeat(20_000));
  expect(second).not.toHaveProperty("next_offset");
});

test("no path leads out of the workspace: not by steps, not from the root, not by a link", async () => {
  writeFileSync(join(folder, "outside.txt"), "secret");
  mkdirSync(join(folder, "elsewhere"));
  symlinkSync("../outside.txt", inside("link.txt"));
  symlinkSync("../elsewhere", inside("folder"));
  symlinkSync("../not-yet.txt", inside("dangling.txt"));
  symlinkSync("circle", inside("circle"));
  const paths = [
    "../outside.txt",
    "/etc/passwd",
    "sub/../../outside.txt",
    "link.txt",
    "dangling.txt",
    "folder/new.txt",
    "circle",
  ];
  for (const path of paths) {
    for (const [tool, args] of [
      ["read_file", { path }],
      ["write_file", { path, content: "x" }],
      ["list_files", { path }],
    ] as const) {
      expect(await call(tool, args), `${tool} ${path}`).toMatchObject({
        ok: false,
        error: { code: "tool.bad-arguments", field: "path" },
      });
    }
    const { files } = await world.observe([{ kind: "file", path }]);
    expect(files?.[path], path).toMatchObject({ kind: null, digest: null, text: null });
  }
  expect(readFileSync(join(folder, "outside.txt"), "utf8")).toBe("secret");
  expect(existsSync(join(folder, "not-yet.txt"))).toBe(false);
});

test("what is no text file is refused with the reason", async () => {
  writeFileSync(inside("raw"), Buffer.from([0xff, 0xfe]));
  writeFileSync(inside("long-raw"), Buffer.alloc(100_000, 0x80));
  execFileSync("mkfifo", [inside("pipe")]);
  const why = async (path: string) => JSON.stringify(await call("read_file", { path }));
  expect(await why("raw")).toContain("not UTF-8");
  expect(await why("long-raw")).toContain("not UTF-8");
  expect(await why("pipe")).toContain("is no file");
  expect(await why("sub")).toContain("but a folder");
  expect(await why("none")).toContain("there is no file none");
  expect(await call("write_file", { path: "sub", content: "" })).toMatchObject({ ok: false });
  expect(await call("write_file", { path: "a.txt/b", content: "" })).toMatchObject({ ok: false });
});

test("a command runs in the workspace with an environment of its own, and its exit is a result", async () => {
  process.env.RUNLEDGER_TEST_SECRET = "hunter2";
  const { stdout, ...rest } = await resultOf("run_command", { command: "pwd; env; echo late >&2; exit 3" });
  delete process.env.RUNLEDGER_TEST_SECRET;
  expect(rest).toEqual({ exit_code: 3, stderr: "late\n" });
  expect(stdout).toContain(inside("").replace(/\/$/, ""));
  expect(stdout).toContain(`HOME=${join(folder, "home")}`);
  expect(stdout).not.toContain("hunter2");
});

test("a verifier's command sees what the agent left, and leaves nothing behind", async () => {
  await call("write_file", { path: "a.txt", content: "changed" });
  const state = await look(command(["sh", "-c", "cat a.txt; echo junk > a.txt; echo junk > junk.txt; exit 4"]));
  expect(state).toMatchObject({ exitCode: 4, fault: null, tail: "changed" });
  expect(readFileSync(inside("a.txt"), "utf8")).toBe("changed");
  expect(existsSync(inside("junk.txt"))).toBe(false);
  expect(existsSync(join(folder, "verify"))).toBe(false);
});

test("nothing that an agent lays keeps the world from being judged: pipes, circles, locked folders", async () => {
  const mess =
    "mkfifo pipe; ln -s circle circle; ln -s . here; mkdir locked; echo x > locked/f; chmod 000 locked/f locked";
  expect(await call("run_command", { command: mess })).toMatchObject({ result: { exit_code: 0 } });
  const { files } = await world.observe([
    { kind: "file", path: "locked/f" },
    { kind: "file", path: "a.txt/x" },
    { kind: "file", path: "pipe" },
  ]);
  expect(files).toMatchObject({ "locked/f": { text: "x\n" }, "a.txt/x": { kind: null }, pipe: { kind: "other" } });
  expect(await look(command(["cat", "locked/f", "here/a.txt"]))).toMatchObject({ exitCode: 0, tail: "x\none" });
});

test("a reward is what the command wrote, and never what the agent did", async () => {
  await call("write_file", { path: "reward.json", content: "1" });
  const reward = async (script: string) => {
    const { reward: number, fault } = await look(command(["sh", "-c", script], "reward.json"));
    return number ?? fault;
  };
  expect(await reward("true")).toBe("it wrote no reward file");
  expect(await reward("echo 0.25 > reward.json")).toBe(0.25);
  expect(await reward(`echo '{"reward": 1}' > reward.json`)).toBe(1);
  expect(await reward(`echo '{"score": 0.5}' > reward.json`)).toBe(0.5);
  for (const wrong of ["1.5", "-1", "NaN", `"1"`, "[]", "null", "{}"]) {
    expect(await reward(`echo '${wrong}' > reward.json`)).toBe("its reward file holds no number from 0 to 1");
  }
});

test("a world comes back from its snapshot as it was, links and modes included", async () => {
  writeFileSync(inside("tool.sh"), "#!/bin/sh\n", { mode: 0o755 });
  symlinkSync("a.txt", inside("link"));
  const snapshot = await world.snapshot();
  await call("write_file", { path: "a.txt", content: "later" });
  world = await workspaceEnvironment.restore(setup(), snapshot);
  expect(readFileSync(inside("link"), "utf8")).toBe("one\n");
  expect(await call("run_command", { command: "./tool.sh" })).toMatchObject({ result: { exit_code: 0 } });
});

test("without a place to work in there is no workspace", async () => {
  await expect(workspaceEnvironment.open({ ...setup(), place: null })).rejects.toMatchObject({
    code: "environment.failed",
  });
});

test("what an agent puts in the place of its workspace is not looked into, and not written to", async () => {
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  writeFileSync(join(elsewhere, "outside.txt"), "secret", { mode: 0o400 });
  const swap = "cd .. && rm -rf workspace && ln -s elsewhere workspace";
  const observed = async () => (await world.observe([{ kind: "file", path: "outside.txt" }])).files?.["outside.txt"];
  await resultOf("run_command", { command: swap });
  expect(await call("read_file", { path: "outside.txt" })).toMatchObject({ ok: false, error: { code: "tool.failed" } });
  await resultOf("run_command", { command: swap });
  await resultOf("write_file", { path: "planted.txt", content: "x" });
  expect(existsSync(join(elsewhere, "planted.txt"))).toBe(false);
  expect(readFileSync(inside("planted.txt"), "utf8")).toBe("x");
  await resultOf("run_command", { command: swap });
  expect(await observed()).toMatchObject({ kind: null });
  await resultOf("run_command", { command: swap });
  expect(await world.look?.()).toMatchObject({ files: [] });
  await resultOf("run_command", { command: swap });
  expect(await resultOf("run_command", { command: "ls" })).toMatchObject({ stdout: "" });
  expect(readFileSync(join(elsewhere, "outside.txt"), "utf8")).toBe("secret");
});

test("who takes its workspace away, or hides it, is judged by an empty one", async () => {
  const ways = ['rm -rf "$PWD"', 'mv "$PWD" ../aside', 'rm -rf "$PWD" && mkfifo "$PWD"', "chmod 000 . && chmod 500 .."];
  for (const command of ways) {
    await call("write_file", { path: "a.txt", content: "x" });
    await resultOf("run_command", { command });
    const { files } = await world.observe([{ kind: "file", path: "a.txt" }]);
    expect(files, command).toHaveProperty(["a.txt", "kind"], command.startsWith("chmod") ? "file" : null);
    expect(await look(commandLine("ls")), command).toMatchObject({ exitCode: 0 });
    await world.snapshot();
    rmSync(join(folder, "aside"), { recursive: true, force: true });
  }
});

test("files without end and paths without end are left out, and the rest is judged", async () => {
  const dig = `d=$(printf %0200d 0); for i in $(seq 40); do mkdir $d && cd $d || exit 1; done; echo x > f`;
  await resultOf("run_command", { command: `truncate -s 3G hole; (${dig})` });
  const { files } = await world.observe([
    { kind: "file", path: "hole" },
    { kind: "file", path: "a.txt" },
  ]);
  expect(files).toMatchObject({
    hole: { kind: "file", bytes: 3 * 1024 ** 3, digest: null, text: null },
    "a.txt": { text: "one\n" },
  });
  expect(await resultOf("read_file", { path: "hole", offset: 2 * 1024 ** 3 })).toMatchObject({ bytes: 3 * 1024 ** 3 });
  await resultOf("run_command", { command: "rm hole" });
  expect(await look(commandLine("cat a.txt; test -d 0*/0*/0*"))).toMatchObject({ exitCode: 0, tail: "one" });
  await world.snapshot();
});

test("agent and verifier find nothing in each other's home or folder for temporary files", async () => {
  await resultOf("run_command", { command: "echo script-shell=/bin/true > ~/.npmrc; echo x > $TMPDIR/planted" });
  const script =
    "test -e ~/.npmrc && exit 1; test -e $TMPDIR/planted && exit 2; echo 42 > $TMPDIR/out; echo 42 > ~/out";
  expect(await look(commandLine(script))).toMatchObject({ exitCode: 0 });
  const left = await resultOf("run_command", { command: "cd .. && find . -name out" });
  expect(left).toMatchObject({ exit_code: 0, stdout: "" });
});

test("an agent's home comes back with its workspace, without what programs can fetch again", async () => {
  await resultOf("run_command", { command: "echo a > ~/.gitconfig; mkdir ~/.cache && echo b > ~/.cache/big" });
  const snapshot = await world.snapshot();
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  world = await workspaceEnvironment.restore(setup(), snapshot);
  expect(await resultOf("run_command", { command: "cat ~/.gitconfig; ls -A ~" })).toMatchObject({
    stdout: "a\n.gitconfig\n",
  });
  const older = Buffer.from(JSON.stringify(JSON.parse(Buffer.from(snapshot.bytes).toString()).workspace));
  world = await workspaceEnvironment.restore(setup(), { ...snapshot, bytes: older });
  expect(readFileSync(inside("a.txt"), "utf8")).toBe("one\n");
});

test("a home that is too large for a checkpoint does not keep the work from being paused", async () => {
  await resultOf("run_command", { command: "echo a > ~/.gitconfig; truncate -s 3G ~/packages" });
  const snapshot = await world.snapshot();
  world = await workspaceEnvironment.restore(setup(), snapshot);
  expect(readFileSync(inside("a.txt"), "utf8")).toBe("one\n");
});

test("a reward that lies beyond a link is none, and what lies there stays", async () => {
  writeFileSync(join(folder, "mine.json"), "1");
  await resultOf("run_command", { command: "ln -s ../.. out" });
  const subject = command(["sh", "-c", "true"], "out/mine.json");
  expect(await look(subject)).toMatchObject({ reward: null, fault: "it wrote no reward file" });
  expect(existsSync(join(folder, "mine.json"))).toBe(true);
});
