// The port of environments: a world is made from a declared state, options and a seed; it offers tools, and nothing
// else acts on it; scorers see it only through `observe`. The same seed gives the same world, to the byte.

import type { Json } from "../core/document-value.ts";
import type { Tool, ToolCall, ToolReply } from "../core/tool.ts";
import type { Observation, Subject, TransactionRecord } from "./observation.ts";

/** A fact about the world that belongs into the record, reported while the tool that caused it runs. */
export type WorldEvent = { type: "transaction.executed"; data: TransactionRecord };

/** How a program that a world had started came to its end. Output is masked, and cut in the middle if it is long. */
export type ProgramEnd = {
  /** Null if a signal ended it. */
  exitCode: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  /** Why it was ended before its time, if it was. */
  stoppedFor: "time" | "signal" | "flood" | null;
};

/** A place on the disk in which the world may keep files and have programs run. */
export type WorkPlace = {
  /** Absolute path of a folder that is the world's alone. */
  folder: string;
  /** The run that it is of: a mark for what outlives this process if nobody ends it. */
  runId: string;
  /**
   * Runs a program and resolves when it and everything that it started is gone. With the network `none` it has an
   * empty network namespace of its own.
   * @throws `environment.failed` if something of it cannot be ended, `workspace.no-network-namespace` where there is none.
   */
  run(program: {
    argv: readonly [string, ...string[]];
    cwd: string;
    env: Readonly<Record<string, string>>;
    timeoutMs: number;
    signal?: AbortSignal;
    network?: "inherit" | "none";
  }): Promise<ProgramEnd>;
};

export type WorldSetup = {
  /** `initial_state` as the environment's own format parsed it. */
  initialState: readonly unknown[];
  /** `environment_options`, likewise. */
  options: unknown;
  /** 32 bits without sign. */
  seed: number;
  /** Resolves when the event is durable; the tool answers only then. */
  record: (event: WorldEvent) => Promise<void>;
  /** Null where the runner offers none, as in tests of worlds that live in memory. */
  place?: WorkPlace | null;
};

/** All that a world needs to go on in another process. */
export type WorldSnapshot = { state: Json; bytes: Uint8Array };

export type DoorSetup = {
  /** Makes a call of one of the door's tools; rejects once the agent is stopped. */
  call(call: ToolCall): Promise<ToolReply>;
  /** A folder that the program can read; what it needs is put there. */
  folder: string;
};

/** A way into a world that is open until it is disposed of; its variables say where it is. */
export type Door = AsyncDisposable & { env: Readonly<Record<string, string>> };

/** The way in for programs, in the words that they have for the real thing. */
export type WorldDoor = {
  /** Tools that no agent is told of: what comes in through the door is made and recorded by them. */
  tools: readonly Tool[];
  open(setup: DoorSetup): Promise<Door>;
};

export type World = AsyncDisposable & {
  /** What stands here, in a few words: for the progress line. */
  readonly summary: string;
  /** Placeholders of the initial state and what they stand for, in order of declaration; put into the prompt. */
  readonly names: Readonly<Record<string, string>>;
  /** The environment's own tools, without `decline` and `answer`. */
  readonly tools: readonly Tool[];
  /**
   * What an agent may be told of the world between the steps of a flow, and what `steps.NAME.…` references lead into.
   * Absent where there is nothing to tell.
   */
  look?(): Promise<Record<string, Json>>;
  /** The folder that the world is, where it is one: a program that acts in it may work there directly. */
  readonly folder?: string;
  /** The way in that it has for programs, loaded when there is one to use it; absent where there is none. */
  door?(): Promise<WorldDoor>;
  observe(subjects: readonly Subject[]): Promise<Observation>;
  /** Why no snapshot can be taken now, or null; absent where one always can. */
  whyNoSnapshot?(): Promise<string | null>;
  snapshot(): Promise<WorldSnapshot>;
};

export type Environment = {
  /** Makes the world; every declared thing really exists when it resolves. */
  open(setup: WorldSetup): Promise<World>;
  /** The world as it was when the snapshot was taken; `setup` is that of the first opening. */
  restore(setup: WorldSetup, snapshot: WorldSnapshot): Promise<World>;
};
