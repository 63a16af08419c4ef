// Places with benchmarks for the tests of experiments, and looks at what became of them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import type { Experiment } from "../src/core/experiment.ts";
import type { Run } from "../src/core/run.ts";
import type { Ledger } from "../src/ledger/ledger.ts";
import { openLedger } from "../src/ledger/open-ledger.ts";
import { workplace } from "./command-line.ts";
import { repository } from "./scene.ts";

const shipped = readFileSync(join(repository, "benchmarks/001-sol-transfer.yml"), "utf8");

/** 001 under another id, with a solution that sends this much. */
export function sends(id: string, lamports = 100_000_000): string {
  return shipped
    .replace("id: 001-sol-transfer", `id: ${id}`)
    .replace(/(tool: sol_transfer.*lamports: )100000000/, `$1${lamports}`);
}

export const capitals = `
id: capitals
description: One-word geography answers.
prompt: "What is the capital of {{country}}? Answer with one word."
ground_truth: {answer_assertions: [{type: Equals, value: "{{capital}}"}]}
solution: [{tool: answer, args: {text: "{{capital}}"}}]
cases:
  - {id: fr, vars: {country: France, capital: Paris}}
  - {id: pe, vars: {country: Peru, capital: Lima}}
  - {id: ke, vars: {country: Kenya, capital: Nairobi}}
`;

/** Its command ignores what asks it to end. */
export const sleeps = `
id: sleeps
description: Waits for somebody who never comes.
environment: workspace
initial_state: [{file: a.txt, content: a}]
prompt: Wait.
ground_truth: {final_state_assertions: [{type: FileExists, path: b.txt}]}
solution:
  - {tool: run_command, args: {command: "trap '' TERM INT; touch b.txt; while :; do sleep 1; done"}}
  - {tool: answer, args: {text: done}}
`;

/** Command lines of living processes that name the folder. */
export function commandsNamed(folder: string): string[] {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return line.includes(folder) ? [line] : [];
    } catch {
      // It has ended while one looked.
      return [];
    }
  });
}

export type Place = ReturnType<typeof workplace>;

/** A place with a folder `suite/` of these files. */
export function suiteOf(files: Record<string, string>): Place {
  const place = workplace();
  mkdirSync(join(place.folder, "suite"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(place.folder, "suite", name), text);
  return place;
}

export async function withLedger<T>(place: Place, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  await using ledger = await openLedger({ url: join(place.folder, ".runledger"), mustExist: true });
  return await work(ledger);
}

/** The experiment that this command said it runs. */
export function idIn(stderr: string): string {
  return /^experiment {2}([0-9a-f]{8})/m.exec(stderr)?.[1] ?? expect.fail(stderr);
}

export async function cellsOf(ledger: Ledger, tail: string): Promise<{ experiment: Experiment; runs: Run[] }> {
  const [id] = await ledger.findExperiments(tail, 1);
  const experiment = (await ledger.getExperiment(id ?? "")) ?? expect.fail(`no experiment ${tail}`);
  const { runs } = await ledger.listRuns({ experimentId: experiment.id }, { order: "oldest", pageSize: 500 });
  return { experiment, runs };
}

export async function expectVerified(place: Place): Promise<void> {
  const { code, stdout } = await place.ask(["verify"]);
  expect([code, stdout.trimEnd().split("\n").slice(1)]).toEqual([0, []]);
}

export type Value = { experiment: Record<string, unknown>; runs: Record<string, unknown>[] };
