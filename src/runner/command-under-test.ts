// What tests of whole commands share: a folder, real programs in it, and a control whose state the test sets.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { dataFault, isEventType } from "../core/events.ts";
import type { ControlState } from "./control.ts";
import { programEnvironment } from "./program-env.ts";
import { type CommandOptions, type CommandResult, runCommand } from "./run-command.ts";

const programs = fileURLToPath(new URL("../../tests/programs/", import.meta.url));

type Options = Partial<CommandOptions> & { given?: Record<string, string> };

export type CommandUnderTest = {
  folder: string;
  emitted: { type: string; data: Record<string, unknown> }[];
  run(argv: [string, ...string[]], options?: Options): Promise<CommandResult>;
  /** Text of a file in the folder. */
  file(name: string): string;
  /** Resolves when the program has printed this. */
  printed(text: string): Promise<void>;
  remove(): void;
};

/** Command line of a fixture program. */
export function node(name: string, ...args: string[]): [string, ...string[]] {
  return [process.execPath, join(programs, name), ...args];
}

/** A folder in which commands run, with everything that they emit. */
export function commandUnderTest(): CommandUnderTest {
  const folder = mkdtempSync(join(tmpdir(), "runledger-command-"));
  const emitted: CommandUnderTest["emitted"] = [];
  const eventFile = join(folder, "work", "events.jsonl");
  const file = (name: string): string => readFileSync(join(folder, name), "utf8");
  const identity = { runId: "the-run", attempt: 2, eventFile };
  return {
    folder,
    emitted,
    file,
    run: (argv, { given = {}, ...options } = {}) =>
      runCommand({
        argv,
        cwd: folder,
        env: programEnvironment({ inherited: process.env, isClean: false, given, ...identity }),
        eventFile,
        secrets: {},
        limits: { output_mib: 16, event_kib: 256 },
        attemptDir: folder,
        containment: "pidns",
        emit: async (type, data) => {
          const fault = isEventType(type) ? dataFault(type, data) : null;
          if (fault !== null) throw new Error(`${type}: ${fault}`);
          emitted.push({ type, data });
        },
        control: controlUnderTest(),
        ...options,
      }),
    async printed(text) {
      const deadline = performance.now() + 10_000;
      while (!existsSync(join(folder, "stdout.log")) || !file("stdout.log").includes(text)) {
        if (performance.now() > deadline) throw new Error(`${text} was not printed within 10 s`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** A control whose state a test sets. */
export function controlUnderTest() {
  const callbacks = new Set<() => void>();
  let state: ControlState = "run";
  let graceMs = 10_000;
  return {
    state: () => state,
    graceMs: () => graceMs,
    limit: () => (state === "limit" ? { name: "wall_s", message: "longer than 5 s" } : null),
    onChange(callback: () => void) {
      callbacks.add(callback);
      return () => callbacks.delete(callback);
    },
    set(next: ControlState, nextGraceMs = graceMs) {
      state = next;
      graceMs = nextGraceMs;
      for (const callback of callbacks) callback();
    },
  };
}
