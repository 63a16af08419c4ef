// The rules of the house, kept by a test: the layers of src/ as a table, and what else can be checked by reading.
// Each rule stands beside a planted breach that it has to find, so that no rule can pass by checking nothing.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { ProjectFile } from "./tidy/read-code.ts";
import type { Layers, Rule } from "./tidy/rules.ts";
import * as rules from "./tidy/rules.ts";

/** What each folder of src/ may import: other folders, and packages. */
const layers: Layers = {
  core: { imports: [], packages: ["zod"] },
  protocol: { imports: ["core"], packages: ["node:", "zod"] },
  ledger: { imports: ["core", "protocol"], packages: ["node:", "zod", "pg"] },
  models: {
    imports: ["core", "protocol"],
    packages: [
      ...["node:", "zod", "ai", "ai-sdk-ollama"],
      ...["@ai-sdk/anthropic", "@ai-sdk/google", "@ai-sdk/openai", "@ai-sdk/openai-compatible"],
    ],
  },
  environments: {
    imports: ["core", "protocol"],
    packages: [
      ...["node:", "zod", "litesvm", "@solana/kit", "ws"],
      ...["@solana-program/stake", "@solana-program/system", "@solana-program/token"],
    ],
  },
  views: { imports: ["core", "protocol"], packages: [] },
  agents: { imports: ["core", "models"], packages: ["node:", "zod", "@ai-sdk/mcp"] },
  scorers: { imports: ["core", "environments", "models"], packages: ["zod", "re2js"] },
  simulation: { imports: ["core", "agents", "environments", "models"], packages: ["node:", "zod", "yaml"] },
  benchmarks: { imports: ["core", "environments", "scorers"], packages: ["node:", "zod", "yaml"] },
  config: {
    imports: ["core", "agents", "environments", "models", "scorers"],
    packages: ["node:", "zod"],
  },
  runner: {
    imports: ["config", "core", "protocol", "models", "agents", "environments", "scorers", "simulation", "benchmarks"],
    packages: ["node:", "zod"],
  },
  worker: { imports: ["core", "protocol", "ledger", "views"], packages: ["node:", "zod"] },
  server: {
    imports: ["core", "protocol", "ledger", "views", "benchmarks", "simulation"],
    packages: ["node:", "zod", "hono", "@hono/node-server", "pino", "prom-client"],
  },
  // The entry that other packages import.
  "client.ts": { imports: ["core", "protocol"], packages: [] },
  cli: {
    imports: [
      ...["core", "protocol", "ledger", "models", "environments", "views", "agents", "scorers", "simulation"],
      ...["benchmarks", "config", "runner", "worker", "server"],
    ],
    packages: ["node:", "zod"],
  },
};

/** What the pages may import of src/, and which packages. */
const pagesLayer = {
  imports: ["core", "protocol", "views"],
  packages: [
    ...["react", "react-dom", "zod", "lucide-react", "mermaid", "recharts"],
    ...["@tanstack/react-query", "@tanstack/react-router", "@tanstack/react-table", "@tanstack/react-virtual"],
  ],
};

/** A rule, files that keep it all but once, and the breach that it must find in them. */
type Case = { title: string; rule: Rule; planted: ProjectFile[]; breach: string };

const cases: Case[] = [
  {
    title: "each folder of src is in the table",
    rule: rules.foldersOutsideTable(layers),
    planted: [file("src/core/run.ts"), file("src/lib/run.ts")],
    breach: "src/lib",
  },
  {
    title: "a folder imports only the folders that the table allows",
    rule: rules.importsAgainstLayers(layers),
    planted: [
      file("src/worker/claim.ts", 'import type { Run } from "../core/run.ts";', 'await import("../runner/main.ts");'),
      file("src/core/run.ts"),
    ],
    breach: "src/worker/claim.ts:2 imports src/runner/main.ts",
  },
  {
    title: "nothing in src imports what lies outside of it",
    rule: rules.importsAgainstLayers(layers),
    planted: [file("src/cli/main.ts", 'import { wait } from "../../tests/wait.ts";')],
    breach: "src/cli/main.ts:1 imports tests/wait.ts",
  },
  {
    title: "a type is imported by the same rules as a value",
    rule: rules.importsAgainstLayers(layers),
    planted: [file("src/core/run.ts", 'export type Row = import("../ledger/ledger.ts").Row;')],
    breach: "src/core/run.ts:1 imports src/ledger/ledger.ts",
  },
  {
    title: "an import from another folder stays at that folder's top level",
    rule: rules.importsPastTopLevel,
    planted: [
      file("src/worker/claim.ts", 'import "../ledger/ledger.ts";', 'export * from "../ledger/sqlite/append.ts";'),
      file("src/ledger/open-ledger.ts", 'import "./sqlite/append.ts";'),
    ],
    breach: "src/worker/claim.ts:2 imports src/ledger/sqlite/append.ts",
  },
  {
    title: "a folder imports only the packages that the table allows",
    rule: rules.packagesAgainstLayers(layers),
    planted: [file("src/core/run.ts", 'import { z } from "zod/mini";', 'import { hash } from "node:crypto";')],
    breach: "src/core/run.ts:2 imports node:crypto",
  },
  {
    title: "a test imports the tools of testing and what its folder may",
    rule: rules.packagesAgainstLayers(layers),
    planted: [file("src/core/run.test.ts", 'import "vitest"; import "node:fs";', 'import "@solana/kit/x";')],
    breach: "src/core/run.test.ts:2 imports @solana/kit/x",
  },
  {
    title: "the pages import core, protocol, views and the packages of their own",
    rule: rules.importsOfPages(pagesLayer),
    planted: [
      file(
        "dashboard/src/main.tsx",
        'import "react";',
        'import "../../src/core/run.ts";',
        'import "../../src/ledger/ledger.ts";',
      ),
      file("src/core/run.ts"),
    ],
    breach: "dashboard/src/main.tsx:3 imports src/ledger/ledger.ts",
  },
  {
    title: "nothing that a page reaches is of Node",
    rule: rules.importsOfPages(pagesLayer),
    planted: [
      file("dashboard/src/main.tsx", 'import "../../src/protocol/http.ts";'),
      file("src/protocol/http.ts", 'import "./lock.ts";'),
      file("src/protocol/lock.ts", 'import { openSync } from "node:fs";'),
    ],
    breach: "src/protocol/lock.ts:1 imports node:fs, and a page imports it",
  },
  {
    title: "no file imports itself by way of others, not even for types",
    rule: rules.importCycles,
    planted: [
      file("src/core/a.ts", 'import { b } from "./b.ts";'),
      file("src/core/b.ts", 'import type { C } from "./c.ts";'),
      file("src/core/c.ts", 'export type { A } from "./a.ts";'),
    ],
    breach: "src/core/a.ts -> src/core/b.ts -> src/core/c.ts -> src/core/a.ts",
  },
  {
    title: "a relative import ends in its file's extension",
    rule: rules.importsWithoutExtension,
    planted: [file("src/core/a.ts", 'import "./b.ts";', 'import "./c";')],
    breach: "src/core/a.ts:2 imports src/core/c",
  },
  {
    title: "a file has at most 300 lines",
    rule: rules.longFiles(300),
    planted: [file("src/core/short.ts", ...lines(300)), file("src/core/long.ts", ...lines(301))],
    breach: "src/core/long.ts has 301 lines",
  },
  {
    title: "a function has at most 60 lines",
    rule: rules.longFunctions(60),
    planted: [
      file("src/core/short.ts", "export function short() {", ...lines(58), "}"),
      file("src/core/long.ts", "// Long.", "export const long = () => {", ...lines(59), "};"),
    ],
    breach: "src/core/long.ts:2 has 61 lines",
  },
  {
    title: "a suite may be long, a test in it may not",
    rule: rules.longFunctions(60),
    planted: [file("src/core/short.test.ts", ...suite(40, 40)), file("src/core/long.test.ts", ...suite(10, 61))],
    breach: "src/core/long.test.ts:12 has 61 lines",
  },
  {
    title: "a file's name says what is in it",
    rule: rules.emptyNames,
    planted: [file("src/core/run-types.ts"), file("src/core/prototypes-of-runs.ts")],
    breach: "src/core/run-types.ts",
  },
  {
    title: "a file says first what it is for",
    rule: rules.filesWithoutPurpose,
    planted: [file("bin/a.mjs", "#!/usr/bin/env node", "// Starts."), file("src/core/b.ts", "export const b = 1;")],
    breach: "src/core/b.ts",
  },
  {
    title: "nothing but a tool's configuration is a default export",
    rule: rules.defaultExports,
    planted: [
      file("a.config.ts", "export default {};"),
      file("src/core/b.ts", "const b = 1;", "export { b as default };"),
    ],
    breach: "src/core/b.ts:2",
  },
  {
    title: "a test does not sleep",
    rule: rules.sleepingTests,
    planted: [
      file("src/core/a.test.ts", "setTimeout(stop, 1000);", "await new Promise<void>((done) => setTimeout(done, 50));"),
    ],
    breach: "src/core/a.test.ts:2",
  },
  {
    title: "a test does not import a sleep",
    rule: rules.sleepingTests,
    planted: [file("src/core/a.test.ts", 'import { setTimeout as sleep } from "node:timers/promises";')],
    breach: "src/core/a.test.ts:1",
  },
  {
    title: "no test is skipped, singled out or left to be written",
    rule: rules.unrunTests,
    planted: [file("src/core/a.test.ts", 'test("runs", () => {});', 'test.skip("does not", () => {});')],
    breach: "src/core/a.test.ts:2 .skip",
  },
  {
    title: "both databases have the same migrations",
    rule: rules.unpairedMigrations,
    planted: [
      ...["0001-runs", "0002-blobs"].map((name) => file(`src/ledger/sqlite/migrations/${name}.sql`)),
      file("src/ledger/postgres/migrations/0001-runs.sql"),
    ],
    breach: "postgres lacks 0002-blobs",
  },
  {
    title: "no file names a folder of one machine",
    rule: rules.machinePaths,
    planted: [file("docs/a.md", "runs/7d20/work/", ["see ", "root", "notes.md"].join("/"))],
    breach: `docs/a.md:2 ${["", "root", "notes.md"].join("/")}`,
  },
];

const project = projectFiles();

describe.each(cases)("$title", ({ rule, planted, breach }) => {
  test("holds in this project", () => {
    expect(rule(project)).toEqual([]);
  });

  test("fails on a planted breach, and on that alone", () => {
    expect(rule(planted)).toEqual([breach]);
  });
});

test("the rules read every source file that there is", () => {
  const paths = project.map(({ path }) => path);
  expect(paths).toContain("src/core/run.ts");
  expect(paths).toContain("tests/tidy.test.ts");
});

/** Every file that is or could be committed. */
function projectFiles(): ProjectFile[] {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
  const deleted = execFileSync("git", ["ls-files", "-z", "--deleted"], { cwd: root }).toString().split("\0");
  const paths = listed
    .toString()
    .split("\0")
    // What lies in types/ is made by a script, and nobody reads it.
    .filter((path) => path !== "" && !deleted.includes(path) && !path.startsWith("types/"));
  return paths.map((path) => ({ path, text: readFileSync(`${root}${path}`, "utf8") }));
}

function file(path: string, ...text: string[]): ProjectFile {
  return { path, text: `${text.join("\n")}\n` };
}

function lines(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `// ${index}`);
}

/** A suite of two tests, `first` and `second` lines long. */
function suite(first: number, second: number): string[] {
  const testOf = (count: number) => ['test("claims", () => {', ...lines(count - 2), "});"];
  return ['describe("suite", () => {', ...testOf(first), ...testOf(second), "});"];
}
