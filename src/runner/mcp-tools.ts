// The servers of tools that the agent of an attempt brings along: programs are contained like every other, work in an
// empty folder each, and are gone before the world is looked at.

import { createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { connectMcp, type McpConnection, refuseTwins } from "../agents/mcp.ts";
import type { McpServer } from "../config/define-config.ts";
import { RunledgerError } from "../core/errors.ts";
import type { RunLimits } from "../core/limits.ts";
import type { Tool } from "../core/tool.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { maskSecrets } from "../protocol/mask-secrets.ts";
import type { Assignment } from "../protocol/spec.ts";
import type { Equipment } from "./benchmark-attempt.ts";
import { type ContainedProgram, containProgram } from "./contain-program.ts";
import { lineCharsMax, linesIn } from "./external-output.ts";
import { findProgram } from "./find-program.ts";
import { usualEnvironment } from "./program-env.ts";

export type McpSetting = {
  assignment: Assignment;
  secrets: Readonly<Record<string, string>>;
  /** Absolute paths that no program of the attempt may see. */
  conceal: readonly string[];
};

type ProgramServer = Extract<McpServer, { command: unknown }>;

/** How long a server gets to end when its stdin is closed. */
const partingMs = 500;
const goneMsMax = 10_000;
const mib = 1024 * 1024;
/** JSON-RPC's code of an internal error. */
const tooLongCode = -32603;

/** Ids of requests without an answer yet. */
type Waiting = Set<string | number>;

/** Connects all servers, and offers their tools until it is disposed of. @throws `agent.mcp-failed` for one that cannot be had. */
export async function openMcp(servers: readonly McpServer[], setting: McpSetting): Promise<Equipment> {
  await using opened = new AsyncDisposableStack();
  const tools: Tool[] = [];
  for (const server of servers) {
    const connection = opened.use(await connect(server, setting, opened));
    tools.push(...connection.tools);
  }
  refuseTwins(tools);
  const kept = opened.move();
  return { tools, [Symbol.asyncDispose]: () => kept.disposeAsync() };
}

async function connect(server: McpServer, setting: McpSetting, opened: AsyncDisposableStack): Promise<McpConnection> {
  if ("command" in server) {
    const program = await startServer(server, setting);
    // The last to be opened is the first to be closed: the conversation, and then its program.
    opened.defer(() => endServer(program, server.name));
    return connectMcp(server.name, stdioOf(program));
  }
  const token = server.tokenVariable === undefined ? undefined : setting.assignment.env[server.tokenVariable];
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  return connectMcp(server.name, { url: server.url, headers });
}

async function startServer(server: ProgramServer, setting: McpSetting): Promise<ContainedProgram> {
  const { assignment, conceal, secrets } = setting;
  const { workDir, attemptDir, containment, env: handed, spec } = assignment;
  const role = `mcp-${server.name.toLowerCase().replaceAll(/[^a-z0-9]/g, "-")}`;
  const cwd = join(workDir, role);
  mkdirSync(cwd, { recursive: true, mode: 0o700 });
  const named = Object.entries(handed).filter(([name]) => server.env?.includes(name));
  const env: Record<string, string> = { ...usualEnvironment(process.env), ...Object.fromEntries(named) };
  env.RUNLEDGER_RUN_ID = spec.runId;
  const argv = [...server.command] as [string, ...string[]];
  const found = findProgram(argv[0], { cwd, path: env.PATH });
  if ("fault" in found) throw new RunledgerError("agent.mcp-failed", `the MCP server ${server.name}: ${found.fault}`);
  const program = await containProgram({
    ...{ argv, cwd, env, attemptDir, role, stdin: "pipe", containment: containment ?? "pidns" },
    conceal: { keep: workDir, hide: conceal },
  });
  fileStderr(program, { attemptDir, secrets, limits: spec.limits as RunLimits });
  return program;
}

/** The conversation over a program's stdin and stdout, a message a line. */
function stdioOf(program: ContainedProgram): Exclude<Parameters<typeof connectMcp>[1], { url: string }> {
  const waiting: Waiting = new Set();
  const way: ReturnType<typeof stdioOf> = {
    async start() {
      program.stdin?.on("error", () => {}); // its end shows by its stdout's
      void follow(program, way, waiting);
    },
    async send(message) {
      if ("method" in message && "id" in message) waiting.add(message.id);
      program.stdin?.write(`${JSON.stringify(message)}\n`);
    },
    async close() {
      program.stdin?.end();
      way.onclose?.();
    },
  };
  return way;
}

async function follow(program: ContainedProgram, way: ReturnType<typeof stdioOf>, waiting: Waiting): Promise<void> {
  try {
    for await (const line of linesIn(program.stdout)) {
      if (line.trim() === "") continue;
      if (line.length > lineCharsMax) {
        endWaiting(way, waiting);
        continue;
      }
      try {
        const message = JSON.parse(line);
        if (!("method" in message)) waiting.delete(message.id);
        way.onmessage?.(message);
      } catch (error) {
        way.onerror?.(error as Error);
      }
    }
  } finally {
    way.onclose?.();
  }
}

/** A line that is too long is not read, so it is not known whose answer it was: all that wait for one are told. */
function endWaiting(way: ReturnType<typeof stdioOf>, waiting: Waiting): void {
  const message = `the server sent a line of more than ${lineCharsMax} characters, which is not read`;
  for (const id of waiting) {
    try {
      way.onmessage?.({ jsonrpc: "2.0", id, error: { code: tooLongCode, message } });
    } catch (error) {
      way.onerror?.(error as Error); // nobody waits for this one any more
    }
  }
  waiting.clear();
}

/** What it says on stderr goes where the agent's own words go, without secrets, up to the limit on output. */
function fileStderr(
  program: ContainedProgram,
  of: { attemptDir: string; secrets: McpSetting["secrets"]; limits: RunLimits },
): void {
  const file = createWriteStream(join(of.attemptDir, attemptFiles.stderr), { flags: "a", mode: 0o600 });
  // A disk that is full costs these words, not the run.
  file.on("error", () => {});
  const mask = maskSecrets(of.secrets).stream();
  let room = (of.limits.output_mib ?? Number.POSITIVE_INFINITY) * mib;
  program.stderr.on("data", (chunk: Buffer) => {
    const part = mask.push(chunk);
    if (room > 0) file.write(part.subarray(0, room));
    room -= part.length;
  });
  program.stderr.once("close", () => file.end(mask.end()));
  program.stderr.on("error", () => {});
}

async function endServer(program: ContainedProgram, name: string): Promise<void> {
  program.stdin?.end();
  const gone = program.exited.catch(() => {});
  await Promise.race([gone, wait(partingMs, undefined, { ref: false })]);
  const { leftAlive } = await program.end(goneMsMax);
  program.stdin?.destroy();
  program.stdout.destroy();
  program.stderr.destroy();
  if (leftAlive.length === 0) return;
  const left = leftAlive.map((one) => `${one.name} (${one.pid}, ${one.state})`).join(", ");
  throw new RunledgerError("agent.mcp-failed", `the MCP server ${name} is still alive after SIGKILL: ${left}`);
}
