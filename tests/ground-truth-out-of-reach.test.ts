// What an agent starts searches everything that it can reach for a marker that stands in the ground truth, and finds
// nothing: not in its folder and the folders above it, not in its environment, not in /proc.

import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { agentIdentity } from "../src/agents/known-agents.ts";
import { loadFile } from "../src/benchmarks/load.ts";
import { contentOfBenchmark } from "../src/benchmarks/subject-content.ts";
import { effectiveLimits } from "../src/core/limits.ts";
import { workplace } from "./command-line.ts";
import { Scene } from "./scene.ts";

const marker = "ZEBRA-4711-ground-truth";
/** Finds the marker without being a place in which it stands. */
const pattern = "ZEBRA-471[1]-ground-truth";

/** Prints each place in which the pattern stands; `found-decoy` shows that the search works at all. */
function searchScript(top: string): string {
  return `
    P='${pattern}'
    grep -rl 'DECOY-[1]' . && echo found-decoy
    D=$PWD; while [ "$D" != / ]; do ls -la "$D" | grep -a "$P"; D=$(dirname "$D"); done
    grep -rslaE "$P" '${top}' 2>/dev/null
    env | grep -a "$P"
    for p in /proc/[0-9]*; do
      grep -sla "$P" $p/environ $p/cmdline $p/comm $p/maps
      for f in $p/fd/*; do readlink $f | grep -a "$P"; timeout 1 head -c 4000000 $f 2>/dev/null | grep -qa "$P" && echo "$f"; done
      for up in . .. ../.. ../../.. ../../../..; do
        at=$(cd "$p/cwd/$up" 2>/dev/null && pwd -P) || continue
        case "$at" in '${top}'/*) grep -rsla "$P" "$p/cwd/$up/" 2>/dev/null;; esac
      done
    done
    echo searched $(ls -d /proc/[0-9]* | wc -l)
    true`;
}

test("an agent that searches its folder, the parents, its environment and /proc finds no ground truth", async () => {
  await using scene = new Scene();
  const suite = join(scene.folder, "suite");
  mkdirSync(join(suite, "fixtures"), { recursive: true });
  writeFileSync(join(suite, "fixtures/expected.txt"), `${marker}\n`);
  const command = searchScript(scene.folder);
  const fields = {
    description: "The agent looks for what it must not find.",
    environment: "workspace",
    initial_state: [{ file: "decoy.txt", content: "DECOY-1" }],
    prompt: "Search.",
    ground_truth: {
      final_state_assertions: [
        { type: "FileEquals", path: "a.txt", value: `${marker} as a value` },
        { type: "FileEquals", path: "b.txt", file: "fixtures/expected.txt" },
        { type: "Command", run: ["grep", marker, "c.txt"] },
      ],
    },
    solution: [{ tool: "run_command", args: { command, timeout_s: 25 } }],
  };
  const path = join(suite, "search.yml");
  writeFileSync(path, JSON.stringify(fields));
  const [benchmark] = loadFile({ file: "suite/search.yml", path });
  if (benchmark === undefined) throw new Error("the file holds a benchmark");

  const worker = await scene.worker();
  const run = await scene.run(
    {
      kind: "benchmark",
      content: contentOfBenchmark(benchmark),
      conceal: benchmark.conceal,
      agent: agentIdentity("deterministic"),
      minScore: 1,
      limits: effectiveLimits("benchmark", {}),
      seed: 1,
    },
    worker,
  );
  expect(run).toMatchObject({ status: "completed", score: 0 });
  const returned = (await scene.events(run.id)).find(({ type }) => type === "tool.returned");
  const result = returned?.data.result as { stdout: string } | undefined;
  const lines = (result?.stdout ?? "").trim().split("\n");
  expect(lines.slice(0, 2)).toEqual(["./decoy.txt", "found-decoy"]);
  expect(lines.at(-1)).toMatch(/^searched [1-9]/);
  expect(lines.slice(2, -1)).toEqual([]);

  // The same search by somebody else finds it: it was there to be found.
  const there = execFileSync("grep", ["-rlaE", pattern, scene.folder], { encoding: "utf8" }).trim().split("\n");
  expect(there).toContain(path);
  expect(there).toContain(join(suite, "fixtures/expected.txt"));
  expect(there.some((file) => file.startsWith(scene.home))).toBe(true);
});

test("a run's programs do not see its benchmark, however it is started", { timeout: 240_000 }, async () => {
  using place = workplace();
  const file = join(place.folder, "benchmarks/peek.yml");
  mkdirSync(join(place.folder, "benchmarks"));
  const command = `cat '${file}' 2>&1 | head -c 2000; echo looked`;
  writeFileSync(
    file,
    JSON.stringify({
      ...{ description: "The solution looks for its own file.", environment: "workspace", prompt: "Look." },
      ground_truth: { final_state_assertions: [{ type: "FileEquals", path: "a.txt", value: marker }] },
      solution: [{ tool: "run_command", args: { command } }],
    }),
  );
  const server = place.start(["serve", "--port", "0", "--json"]);
  const { url } = JSON.parse(await server.shows("stdout", "\n")) as { url: string };
  await place.ask(["run", "benchmarks/peek.yml", "--json"]);
  await place.ask(["run", "benchmarks/peek.yml", "--trials", "2"]);
  await place.ask(["again", "last"]);
  await place.ask(["run", "benchmarks/peek.yml", "--queue"]);
  const post = (path: string, body: object) =>
    fetch(`${url}/api/v1${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  await post("/runs", { benchmark: "peek" });
  await post("/experiments", { benchmarks: ["peek"] });
  const listed = async () =>
    (await (await fetch(`${url}/api/v1/runs`)).json()) as { runs: { id: string; status: string }[] };
  await vi.waitFor(
    async () => expect((await listed()).runs.map(({ status }) => status)).toEqual(Array(7).fill("completed")),
    { timeout: 120_000, interval: 200 },
  );
  for (const { id } of (await listed()).runs) {
    const { stdout } = await place.ask(["export", id, "--format", "jsonl"]);
    const returned = stdout.split("\n").find((line) => line.includes('"tool.returned"'));
    expect(returned, id).toContain("looked");
    expect(returned, id).not.toContain(marker);
  }
  server.child.kill("SIGTERM");
  await server.ended;
});
