// Programs of external agents at the edges of their lives, with real ones.

import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AgentTask, Hands } from "../agents/agent.ts";
import { type ExternalProgramOptions, startExternalProgram } from "./external-program.ts";

const task = { prompt: "Wait.", tools: [], earlier: [] } as unknown as AgentTask;
/** Says its id in its folder, and reads nothing of what it is told. */
const deaf = "require('fs').writeFileSync('pid', String(process.pid)); setTimeout(() => {}, 120_000)";

let folder: string;
let emitted: [string, Record<string, unknown>][];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "runledger-external-program-"));
  emitted = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

function options(more: Partial<ExternalProgramOptions> = {}): ExternalProgramOptions {
  return {
    command: { argv: [process.execPath, "-e", deaf], conceal: [] } as unknown as ExternalProgramOptions["command"],
    ...{ runId: "r", attempt: 1, workDir: join(folder, "work"), attemptDir: folder },
    ...{ containment: "sweep", conceal: [], env: { PATH: process.env.PATH ?? "" }, secrets: {}, outputMib: null },
    emit: async (type, data) => void emitted.push([type, data]),
    graceMs: () => 100,
    openDoors: async () => ({ env: {}, [Symbol.asyncDispose]: async () => {} }),
    ...more,
  };
}

const pidFile = () => join(folder, "work/agent/pid");

test("a program whose conversation cannot begin is ended", { timeout: 60_000 }, async () => {
  const emit = async () => {
    await vi.waitUntil(() => existsSync(pidFile()) && readFileSync(pidFile(), "utf8") !== "", { timeout: 30_000 });
    throw new Error("the journal is full");
  };
  mkdirSync(join(folder, "work"));
  await expect(startExternalProgram(options({ emit }), task, {} as Hands)).rejects.toThrow("the journal is full");
  const pid = Number(readFileSync(pidFile(), "utf8"));
  expect(() => process.kill(pid, 0)).toThrow("ESRCH");
});

test("that a program is told no more, since it reads nothing, is said once", { timeout: 60_000 }, async () => {
  mkdirSync(join(folder, "work"));
  const program = await startExternalProgram(options(), task, {} as Hands);
  const line = `${"a".repeat(1024 * 1024)}\n`;
  for (let count = 0; count < 20; count += 1) program.tell(line);
  await program.end();
  const warnings = emitted
    .map(([, data]) => data.message)
    .filter((message) => String(message).includes("told no more"));
  expect(warnings).toHaveLength(1);
});
