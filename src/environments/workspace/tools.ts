// The tools of the environment `workspace`. Paths are relative to the workspace and cannot leave it; commands run to
// their end, with everything that they start.

import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { badArgument, defineTool, type Tool, toolFailed } from "../../core/tool.ts";
import { entriesBelow, pathIn, textOf } from "./folder.ts";
import type { Workspace } from "./programs.ts";

/** What one reply may hold, so that it fits into an event. */
const replyBytesMax = 24 * 1024;
/** What UTF-8 takes for one at most. */
const characterBytesMax = 4;
const writtenCharsMax = 200_000;
const listedMax = 500;
const commandSecondsDefault = 25;

const path = z.string().min(1).max(1_000);

export function workspaceTools(workspace: Workspace): Tool[] {
  return [readFile(workspace), writeFile(workspace), listFiles(workspace), runCommand(workspace)];
}

function readFile(workspace: Workspace): Tool {
  return defineTool({
    name: "read_file",
    description: `Read a text file of the workspace. At most ${replyBytesMax} bytes come back at once; if there are more, next_offset says where to go on.`,
    args: z.strictObject({
      path: path.describe("Relative to the workspace."),
      offset: z.number().int().nonnegative().default(0).describe("Byte to begin at."),
    }),
    run: async ({ path: name, offset }) => {
      const full = await pathInside(workspace, name);
      const stat = failingAs(name, "read", () => statSync(full, { throwIfNoEntry: false }));
      if (stat === undefined) throw toolFailed(`there is no file ${name}`);
      if (!stat.isFile()) throw toolFailed(`${name} is no file${stat.isDirectory() ? " but a folder" : ""}`);
      const bytes = failingAs(name, "read", () => readPart(full, offset, replyBytesMax + characterBytesMax));
      const end = wholeCharacters(bytes, Math.min(bytes.length, replyBytesMax));
      const text = textOf(bytes.subarray(offset === 0 ? 0 : firstCharacter(bytes), end));
      if (text === null) throw toolFailed(`${name} is not UTF-8 text (${stat.size} bytes)`);
      const next = offset + end;
      return { path: name, bytes: stat.size, text, ...(next < stat.size ? { next_offset: next } : {}) };
    },
  });
}

function writeFile(workspace: Workspace): Tool {
  return defineTool({
    name: "write_file",
    description: "Write a file of the workspace, whole: what it held before is gone. Folders on the way are made.",
    args: z.strictObject({
      path: path.describe("Relative to the workspace."),
      content: z.string().max(writtenCharsMax).describe("The file's whole text."),
    }),
    run: async ({ path: name, content }) => {
      const full = await pathInside(workspace, name);
      const stat = failingAs(name, "written", () => statSync(full, { throwIfNoEntry: false }));
      if (stat !== undefined && !stat.isFile()) throw badArgument("path", `${name} is no file`);
      failingAs(name, "written", () => {
        mkdirSync(dirname(full), { recursive: true });
        writeFileSync(full, content);
      });
      return { path: name, bytes: Buffer.byteLength(content) };
    },
  });
}

function listFiles(workspace: Workspace): Tool {
  return defineTool({
    name: "list_files",
    description: `List what lies in a folder of the workspace and below it, at most ${listedMax} entries, in order of their paths.`,
    args: z.strictObject({ path: path.default(".").describe("Relative to the workspace; `.` is all of it.") }),
    run: async ({ path: name }) => {
      const full = await pathInside(workspace, name);
      const stat = failingAs(name, "listed", () => statSync(full, { throwIfNoEntry: false }));
      if (stat === undefined) throw toolFailed(`there is no folder ${name}`);
      if (!stat.isDirectory()) throw toolFailed(`${name} is no folder`);
      const entries = failingAs(name, "listed", () => entriesBelow(full));
      const shown = entries.slice(0, listedMax).map(({ path: inner, kind, bytes }) => ({ path: inner, kind, bytes }));
      return { path: name, entries: shown, left_out: entries.length - shown.length };
    },
  });
}

function runCommand(workspace: Workspace): Tool {
  return defineTool({
    name: "run_command",
    description:
      "Run a command line in the workspace with sh, without input, and wait for its end. Nothing that it starts lives on: what still runs in the background is ended with it.",
    args: z.strictObject({
      command: z.string().min(1).max(20_000).describe("The command line."),
      timeout_s: z
        .number()
        .positive()
        .max(3600)
        .default(commandSecondsDefault)
        .describe("After this many seconds it is ended; the call itself has a limit too."),
    }),
    run: async ({ command, timeout_s: seconds }, { signal }) => {
      const end = await workspace.run({ argv: ["sh", "-c", command], timeoutMs: seconds * 1000, signal });
      return {
        exit_code: end.exitCode,
        ...(end.signal === null ? {} : { signal: end.signal }),
        ...(end.stoppedFor === null ? {} : { stopped_for: end.stoppedFor }),
        stdout: middleCut(end.stdout, replyBytesMax / 2),
        stderr: middleCut(end.stderr, replyBytesMax / 4),
      };
    },
  });
}

/** Only when no program can change what the path means before it is used. */
async function pathInside(workspace: Workspace, name: string): Promise<string> {
  await workspace.ready();
  return pathIn(workspace.folder, name);
}

/** What the file system refuses is an answer to the agent. */
function failingAs<T>(name: string, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw toolFailed(`${name} cannot be ${what}: ${(error as NodeJS.ErrnoException).code ?? (error as Error).message}`);
  }
}

/** The text without its middle if it is longer than this. */
function middleCut(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const half = Math.floor(charsMax / 2);
  const left = text.length - 2 * half;
  return `${text.slice(0, half).toWellFormed()}\n… ${left} characters left out …\n${text.slice(-half).toWellFormed()}`;
}

/** At most so many bytes of the file from the offset: what an agent leaves is not held in memory whole. */
function readPart(path: string, offset: number, bytesMax: number): Buffer {
  const part = Buffer.alloc(bytesMax);
  const file = openSync(path, "r");
  try {
    return part.subarray(0, readSync(file, part, 0, bytesMax, offset));
  } finally {
    closeSync(file);
  }
}

/** Where the first character begins in bytes that may begin within one. */
function firstCharacter(bytes: Buffer): number {
  let first = 0;
  while (first < characterBytesMax - 1 && isContinuation(bytes[first])) first += 1;
  return first;
}

/** The end, moved back to where no character is cut. */
function wholeCharacters(bytes: Buffer, end: number): number {
  let whole = end;
  const least = Math.max(0, end - (characterBytesMax - 1));
  while (whole > least && whole < bytes.length && isContinuation(bytes[whole])) whole -= 1;
  return whole;
}

function isContinuation(byte: number | undefined): boolean {
  return ((byte ?? 0) & 0xc0) === 0x80;
}
