// The build, on a copy of the sources: what it makes, and that it leaves a working dist/ alone when it cannot.
import { execFile, execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { solvesSolTransfer, startWireServer } from "../src/models/wire-server.fixture.ts";
import { readCode } from "./tidy/read-code.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-build-"));
  for (const part of ["package.json", "bin", "scripts", "src"]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  build();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what the launcher and the supervisor start by path is there, and runs", () => {
  for (const name of ["cli.mjs", "runner.cjs", "watchdog.mjs", "sqlite-thread.mjs"]) {
    expect(existsSync(join(folder, "dist", name)), name).toBe(true);
  }
  const help = execFileSync(process.execPath, ["bin/runledger.mjs", "--help"], {
    cwd: folder,
    env: { ...process.env, RUNLEDGER_RUNNER: "dist" },
  });
  expect(help.toString()).toContain("Usage: runledger");
});

test("two builds of the same sources are the same to the byte", () => {
  const first = contents();
  build();
  expect(contents()).toEqual(first);
});

test("a runner, with all that a program needs, is one file of less than 100 KiB without packages", () => {
  const text = textOf(["dist/runner.cjs"]);
  expect(text.length).toBeLessThan(100 * 1024);
  expect(text).not.toContain("node_modules/");
  const asked = Array.from(text.matchAll(/\b(?:require|import)\("([^"]+)"\)/g), ([, specifier]) => specifier);
  const others = asked.filter((specifier) => !specifier?.startsWith("node:"));
  expect(new Set(others)).toEqual(new Set(["./benchmark-assignment.mjs", "./rehearse.mjs", "./event-file.mjs"]));
});

test("a run without a model loads no provider's package, nor a schema library whole for the sake of one", () => {
  const text = textOf(staticClosure("dist/benchmark-assignment.mjs").files);
  expect(text).not.toContain("@ai-sdk/");
  expect(text).not.toContain("zod/v4/locales/ja.js");
  expect(text.length).toBeLessThan(1024 * 1024);
});

test("the build runs a model, whose provider's package it loads only then", async () => {
  await using server = await startWireServer(solvesSolTransfer);
  const args = [
    "bin/runledger.mjs",
    "run",
    join(root, "benchmarks/001-sol-transfer.yml"),
    "--agent",
    "glm-4.6",
    "--json",
  ];
  const env = { ...process.env, ...server.env, RUNLEDGER_RUNNER: "dist", RUNLEDGER_LEDGER: join(folder, "ledger") };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, env });
  expect(JSON.parse(stdout)).toMatchObject({ status: "completed", score: 1, agent: { kind: "model" } });
});

test("what a tool of a project throws is told the agent, though project and runner come out of two bundles", async () => {
  const project = join(folder, "project");
  cpSync(join(root, "examples/config"), project, { recursive: true });
  const args = ["run", "benchmarks/make-room.yml", "--agent", "deterministic", "--json"];
  const env = { ...process.env, RUNLEDGER_RUNNER: "dist", RUNLEDGER_LEDGER: join(folder, "ledger-of-project") };
  const bin = join(folder, "bin/runledger.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [bin, ...args], { cwd: project, env });
  expect(JSON.parse(stdout)).toMatchObject({ status: "completed", passed: true, usage: { toolCalls: 5 } });
});

test("a build that fails says so and leaves dist/ as it was", () => {
  const before = contents();
  rmSync(join(folder, "src/runner/watchdog.ts"));
  const { status, stderr } = spawnSync(process.execPath, ["scripts/build.mjs"], { cwd: folder, encoding: "utf8" });
  expect(status).not.toBe(0);
  expect(stderr).toContain("src/runner/watchdog.ts");
  expect(contents()).toEqual(before);
  expect(readdirSync(folder).filter((name) => name.startsWith("dist"))).toEqual(["dist"]);
});

function build(): void {
  execFileSync(process.execPath, ["scripts/build.mjs"], { cwd: folder });
}

/** Path and text of each file in dist/ that a build makes. */
function contents(): Record<string, string> {
  const paths = readdirSync(join(folder, "dist"), { recursive: true, encoding: "utf8" }).sort();
  const files = paths.filter((path) => /\.(mjs|cjs|map|json)$/.test(path));
  return Object.fromEntries(files.map((path) => [path, readFileSync(join(folder, "dist", path), "utf8")]));
}

/** What a file imports at once, and what those files import: our files, and packages that are not Node's own. */
function staticClosure(entry: string): { files: string[]; packages: string[] } {
  const files = new Set([entry]);
  const packages = new Set<string>();
  for (const path of files) {
    const { imports } = readCode({ path, text: readFileSync(join(folder, path), "utf8") });
    for (const { specifier, isDynamic } of imports) {
      if (isDynamic || specifier.startsWith("node:")) continue;
      if (specifier.startsWith(".")) files.add(join(dirname(path), specifier));
      else packages.add(specifier);
    }
  }
  return { files: [...files], packages: [...packages] };
}

function textOf(files: readonly string[]): string {
  return files.map((path) => readFileSync(join(folder, path), "utf8")).join("\n");
}
