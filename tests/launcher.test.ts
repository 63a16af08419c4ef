// The launcher as users meet it: real processes on packages laid out in a temporary folder. An old Node is played by the
// running one under a false version, so that the hand-over happens on every machine.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { sourceDigest } from "../bin/source-digest.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("on a Node that is too old", () => {
  test("the command runs under the installed Node, with its arguments, output and exit code", async () => {
    const launcher = packageWith({ node: "node_modules", source: sayAndExit("source", 7) });
    const ended = await launch(launcher, ["show", "a b"], { version: "20.20.2" });
    expect(ended).toMatchObject({ code: 7, stderr: "" });
    expect(JSON.parse(ended.stdout)).toEqual({
      says: "source",
      node: process.versions.node,
      args: ["show", "a b"],
      build: "source (auto)",
      relaunched: false,
    });
  });

  test("an installed Node that npm hoisted beside the package is found", async () => {
    const launcher = packageWith({ node: "beside", source: sayAndExit("source", 0) });
    expect(await launch(launcher, [], { version: "22.22.0" })).toMatchObject({ code: 0, stderr: "" });
  });

  test("without an installed Node, one line says what to run, and the exit code is 2", async () => {
    const launcher = packageWith({ source: sayAndExit("source", 0) });
    const ended = await launch(launcher, ["--help"], { version: "20.20.2" });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(
      /^build\.node-too-old: this is Node\.js 20\.20\.2, .*24\.15\.0.*"npm rebuild node".*\n$/,
    );
  });

  test("an installed Node that is too old as well is named, and not started for ever", async () => {
    const launcher = packageWith({ node: "node_modules", source: sayAndExit("source", 0) });
    const ended = await launch(launcher, [], { version: "20.20.2", env: { RUNLEDGER_RELAUNCHED: "1" } });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/node_modules\/node\/bin\/node is too old as well.*\n$/);
  });

  test("an installed Node that cannot be started is named", async () => {
    const launcher = packageWith({ node: "broken", source: sayAndExit("source", 0) });
    const ended = await launch(launcher, [], { version: "20.20.2" });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^build\.node-too-old: .* cannot be started: .*\n$/);
  });

  test.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
    "%s reaches the program, and its answer is awaited",
    async (signal) => {
      const waits = `process.on("${signal}", () => { console.log("tidied up"); process.exit(5); });
      setInterval(() => {}, 1000); console.log("ready");`;
      const launcher = packageWith({ node: "node_modules", source: waits });
      const ended = await launch(launcher, [], { version: "20.20.2", whenReady: signal });
      expect(ended).toMatchObject({ code: 5, signal: null, stdout: "ready\ntidied up\n" });
    },
  );

  test("a program that a signal ends, ends the launcher by the same signal", async () => {
    const launcher = packageWith({ node: "node_modules", source: 'process.kill(process.pid, "SIGKILL");' });
    expect(await launch(launcher, [], { version: "20.20.2" })).toMatchObject({ code: null, signal: "SIGKILL" });
  });
});

test("the launcher can be started by its path, as npx does in a checkout", () => {
  const launcher = packageWith({ node: "node_modules", source: sayAndExit("source", 0) });
  expect(JSON.parse(execFileSync(launcher, { encoding: "utf8" }))).toMatchObject({ says: "source" });
});

describe("which Node is too old", () => {
  test.each(["18.0.0", "24.14.9", "24.9.99", "8.99.0"])("%s is", async (version) => {
    expect(await launch(packageWith({ source: "" }), [], { version })).toMatchObject({ code: 2 });
  });

  test.each(["24.15.0", "24.15.1", "24.100.0", "25.0.0", "100.0.0"])("%s is not", async (version) => {
    expect(await launch(packageWith({ source: "" }), [], { version })).toMatchObject({ code: 0, stderr: "" });
  });

  test("the launcher and package.json ask for the same", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    const [, needed] = /NODE_NEEDED = "(.*?)"/.exec(readFileSync(join(root, "bin/runledger.mjs"), "utf8")) ?? [];
    expect(engines.node).toBe(`>=${needed}`);
  });
});

describe("which build runs", () => {
  const both = { source: sayAndExit("source", 0), dist: sayAndExit("dist", 0) };

  test("auto takes dist/ when it was built from the sources beside it", async () => {
    expect(await buildOf(packageWith({ ...both, digest: "right" }))).toEqual({ says: "dist", build: "dist (auto)" });
  });

  test("auto takes the sources when one of them has changed since the build", async () => {
    const launcher = packageWith({ ...both, digest: "right" });
    writeFileSync(join(launcher, "../../src/core.ts"), "export const changed = true;\n");
    expect(await buildOf(launcher)).toEqual({ says: "source", build: "source (auto)" });
  });

  test("auto takes the sources when the package's version has changed since the build", async () => {
    const launcher = packageWith({ ...both, digest: "right" });
    writeFileSync(join(launcher, "../../package.json"), '{ "type": "module", "version": "2.0.0" }');
    expect(await buildOf(launcher)).toEqual({ says: "source", build: "source (auto)" });
  });

  test("auto keeps dist/ when only a test has changed", async () => {
    const launcher = packageWith({ ...both, digest: "right" });
    writeFileSync(join(launcher, "../../src/core.test.ts"), "export const changed = true;\n");
    expect(await buildOf(launcher)).toEqual({ says: "dist", build: "dist (auto)" });
  });

  test("auto takes the sources when dist/ records no digest", async () => {
    expect(await buildOf(packageWith(both))).toEqual({ says: "source", build: "source (auto)" });
  });

  test("auto takes dist/ when there are no sources, as in the published package", async () => {
    expect(await buildOf(packageWith({ dist: both.dist }))).toEqual({ says: "dist", build: "dist (auto)" });
  });

  test.each(["dist", "source"])("RUNLEDGER_RUNNER=%s is obeyed whatever the digests say", async (runner) => {
    const launcher = packageWith({ ...both, digest: runner === "dist" ? "wrong" : "right" });
    expect(await buildOf(launcher, { RUNLEDGER_RUNNER: runner })).toEqual({ says: runner, build: runner });
  });

  test("an unknown RUNLEDGER_RUNNER is refused with the known ones", async () => {
    const ended = await launch(packageWith(both), [], { env: { RUNLEDGER_RUNNER: "nonsense" } });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toBe('build.unknown-runner: RUNLEDGER_RUNNER is "nonsense"; it can be dist, source or auto\n');
  });

  test.each(["dist", "source"] as const)("a %s that is asked for and not there is refused", async (missing) => {
    const there = missing === "dist" ? { source: both.source } : { dist: both.dist };
    const ended = await launch(packageWith(there), [], { env: { RUNLEDGER_RUNNER: missing } });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^build\.not-found: RUNLEDGER_RUNNER is .* does not exist; use .*\n$/);
  });

  test("a package without any build says so", async () => {
    const ended = await launch(packageWith({}), []);
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(/^build\.not-found: .* holds neither dist\/ nor src\/.*\n$/);
  });
});

type Layout = {
  /** Where the package `node` lies, if it is there, or one whose binary cannot be run. */
  node?: "node_modules" | "beside" | "broken";
  /** Text of the entry point in src/ or dist/, if that is there. */
  source?: string;
  dist?: string;
  /** What dist/ records about the sources it was built from; none: nothing. */
  digest?: "right" | "wrong";
};

/** Lays out a package in a temporary folder; returns the path of its launcher. */
function packageWith({ node, source, dist, digest }: Layout): string {
  const folder = mkdtempSync(join(tmpdir(), "runledger-launcher-"));
  folders.push(folder);
  const home = join(folder, "runledger");
  cpSync(join(root, "bin"), join(home, "bin"), { recursive: true });
  writeFileSync(join(home, "package.json"), '{ "type": "module", "version": "1.0.0" }');
  if (source !== undefined) write(join(home, "src/cli/main.ts"), source);
  if (dist !== undefined) write(join(home, "dist/cli.mjs"), dist);
  if (digest)
    write(
      join(home, "dist/build.json"),
      JSON.stringify({ digest: digest === "right" ? sourceDigest(`${home}/`) : "sha256:0" }),
    );
  if (node === "broken") write(join(home, "node_modules/node/bin/node"), "no program");
  else if (node) {
    const bin = join(node === "beside" ? folder : join(home, "node_modules"), "node/bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(process.execPath, join(bin, "node"));
  }
  return join(home, "bin/runledger.mjs");
}

function write(path: string, content: string): void {
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
}

/** A program that prints as JSON how it was started. */
function sayAndExit(says: string, code: number): string {
  return `const { RUNLEDGER_BUILD: build, RUNLEDGER_RELAUNCHED } = process.env;
    const [node, args] = [process.versions.node, process.argv.slice(2)];
    console.log(JSON.stringify({ says: "${says}", node, args, build, relaunched: RUNLEDGER_RELAUNCHED !== undefined }));
    process.exitCode = ${code};`;
}

type Start = { version?: string; env?: Record<string, string>; whenReady?: NodeJS.Signals };

/** Runs a launcher to its end, under a false version of Node if one is given. */
async function launch(launcher: string, args: string[], { version, env, whenReady }: Start = {}) {
  const falseVersion = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
  const before = version ? ["--import", `data:text/javascript,${encodeURIComponent(falseVersion)}`] : [];
  const { RUNLEDGER_RUNNER: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [...before, launcher, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...inherited, ...env },
  });
  if (whenReady) child.stdout.once("data", () => child.kill(whenReady));
  const [stdout, stderr, [code, signal]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  return { code, signal, stdout, stderr };
}

async function buildOf(launcher: string, env: Record<string, string> = {}) {
  const ended = await launch(launcher, [], { env });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  const { says, build } = JSON.parse(ended.stdout);
  return { says, build };
}
