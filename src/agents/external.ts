// An agent that is a program of the user's: it is told its task, makes its calls and says how it ended in lines of JSON
// (`external-protocol.ts`). Where the program runs, and how it is held, is the business of who gives it.

import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { AgentEnding } from "../core/tool.ts";
import type { Agent, AgentTask, Hands } from "./agent.ts";
import { faultLine, type ProgramLine, type ReportedUsage, readProgramLine, resultLine } from "./external-protocol.ts";

/** How a program ended. */
export type ProgramEnding = { code: number | null; signal: string | null; lastStderr: string };

/** A program that was started for one task, and has been told it. */
export type AgentProgram = {
  /** Its stdout by lines, without secrets; ends when the program or its stdout has. */
  lines: AsyncIterable<string>;
  /** Writes to its stdin, in order. What a program that is gone is told, nobody hears. */
  tell(line: string): void;
  /** Resolves when it has ended. */
  ended: Promise<ProgramEnding>;
  /** Asks it to end, ends it after its grace, and resolves when all of it is gone. */
  end(): Promise<void>;
};

/** Where an external agent's programs run, and where what they say besides their calls is recorded. */
export type ProgramStage = {
  /** Starts the program for the task; `hands` are there for other doors that it may come through. */
  start(task: AgentTask, hands: Hands): Promise<AgentProgram>;
  /** The program said something. */
  onMessage(text: string, task: AgentTask): Promise<void>;
  /** The program says what a model call of its used. @returns the limit that is used up by it, or null. */
  onUsage(usage: ReportedUsage, task: AgentTask): Promise<string | null>;
  /** A line that is no line of the protocol; `fault` says what is wrong with one that was meant to be. */
  onStray(text: string, fault: string | null): Promise<void>;
};

/** The program to run: what a run records of it, and what it is. */
export type AgentCommand = {
  /** Its command line, with absolute paths. */
  argv: [string, ...string[]];
  /** Names of the environment variables that it may see beside the usual ones. */
  env: string[];
  /** Variables that are set for it. */
  set: Record<string, string>;
  /** Absolute paths that it must not see. */
  conceal: string[];
};

/** Lines that a program has said and that wait for their turn; a program that says more is not read on. */
const waitingMax = 64;

/** The agent of this name, whose programs run on this stage. */
export function externalAgent(name: string, stage: ProgramStage): Agent {
  const living = new Set<AgentProgram>();
  return {
    name,
    async act(task, hands) {
      const program = await stage.start(task, hands);
      living.add(program);
      try {
        return await converse(program, { task, hands, stage });
      } finally {
        await program.end();
        living.delete(program);
      }
    },
    async release() {
      await Promise.all([...living].map((program) => program.end()));
    },
  };
}

type Talk = { task: AgentTask; hands: Hands; stage: ProgramStage };

/** Follows what the program says until it says its last word, ends, or is stopped. */
async function converse(program: AgentProgram, talk: Talk): Promise<AgentEnding> {
  const stopped = Promise.withResolvers<never>();
  const onStop = () => stopped.reject(talk.hands.signal.reason);
  stopped.promise.catch(() => {});
  if (talk.hands.signal.aborted) onStop();
  talk.hands.signal.addEventListener("abort", onStop, { once: true });
  try {
    const said = await Promise.race([followLines(program, talk), stopped.promise]);
    if (said !== null) return said;
    return endingOfProgram(await Promise.race([program.ended, stopped.promise]));
  } finally {
    talk.hands.signal.removeEventListener("abort", onStop);
  }
}

/** @returns the ending that the program said, or null if it said none. */
async function followLines(program: AgentProgram, talk: Talk): Promise<AgentEnding | null> {
  const calls = new Set<Promise<void>>();
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const lines = program.lines[Symbol.asyncIterator]();
  let said: AgentEnding | null = null;
  while (said === null) {
    const { done, value: text } = await Promise.race([lines.next(), failed.promise]);
    if (done) break;
    if (text.trim() === "") continue;
    const read = readProgramLine(text);
    if ("stray" in read || "fault" in read) {
      const fault = "fault" in read ? read.fault : null;
      if ("fault" in read) program.tell(faultLine(read.id, read.fault));
      await talk.stage.onStray(text, fault);
      continue;
    }
    if (read.line.type === "call") {
      const made = makeCall(program, talk, read.line);
      calls.add(made);
      made.then(() => calls.delete(made), failed.reject);
      if (calls.size >= waitingMax) await Promise.race([...calls, failed.promise]);
      continue;
    }
    said = await takeWord(read.line, talk);
  }
  // What it prints after its last word is kept, and means nothing.
  if (said !== null) drain(lines).catch(() => {});
  // What it asked for before its last word is done before that counts.
  await Promise.race([Promise.all(calls), failed.promise]);
  return said;
}

async function drain(lines: AsyncIterator<string>): Promise<void> {
  while ((await lines.next()).done !== true);
}

async function makeCall(
  program: AgentProgram,
  { hands }: Talk,
  line: Extract<ProgramLine, { type: "call" }>,
): Promise<void> {
  const reply = await hands.call({ tool: line.tool, args: line.args as Record<string, Json> });
  program.tell(resultLine(line.id, reply));
}

async function takeWord(
  line: Exclude<ProgramLine, { type: "call" }>,
  { stage, task }: Talk,
): Promise<AgentEnding | null> {
  switch (line.type) {
    case "message":
      await stage.onMessage(line.text, task);
      return null;
    case "usage": {
      const limit = await stage.onUsage(line, task);
      return limit === null ? null : { how: "limit", text: null, limit };
    }
    case "finish":
      return { how: line.how, text: line.text };
  }
}

/** How the end of a program that said no last word is taken. @throws `agent.program-failed` for a bad one. */
function endingOfProgram({ code, signal, lastStderr }: ProgramEnding): AgentEnding {
  if (code === 0) return { how: "finished", text: null };
  const how = code === null ? `was killed by ${signal}, whose sender is unknown` : `exited with code ${code}`;
  const last = lastStderr.trimEnd().split("\n").at(-1) ?? "";
  const detail = `the agent's program ${how} and said no last word${last === "" ? "" : `: ${last}`}`;
  throw new RunledgerError("agent.program-failed", detail, { data: { exit: { code, signal }, lastStderr } });
}
