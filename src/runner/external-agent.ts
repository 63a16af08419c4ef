// An agent that is a program, on the stage of one attempt: what it says beside its calls is recorded, what it reports
// of its models is counted, and the doors that the world has for programs are open while it works.

import type { Agent, AgentTask, Hands } from "../agents/agent.ts";
import { type AgentCommand, externalAgent, type ProgramStage } from "../agents/external.ts";
import { commandOfParams } from "../agents/external-command.ts";
import type { ReportedUsage } from "../agents/external-protocol.ts";
import type { Usage } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import { traceparentOf } from "../core/trace-ids.ts";
import { noUsage } from "../core/usage.ts";
import type { Door, World, WorldDoor } from "../environments/environment.ts";
import { maskSecrets } from "../protocol/mask-secrets.ts";
import { type Assignment, serverVariable } from "../protocol/spec.ts";
import type { BenchmarkAttempt, Equipment } from "./benchmark-attempt.ts";
import type { Control } from "./control.ts";
import { type ExternalProgramOptions, startExternalProgram } from "./external-program.ts";
import { usualEnvironment } from "./program-env.ts";

export type ExternalAgentOptions = Omit<ExternalProgramOptions, "openDoors" | "outputMib"> & {
  name: string;
  limits: Pick<RunLimits, "tokens" | "cost_usd" | "output_mib">;
  /** What earlier attempts of the run have used: the limits hold over all of them. */
  used: Usage;
};

/** Lines that are not of the protocol and are recorded; the rest is counted, and lies in stdout.log. */
const strayEventsMax = 100;
const strayCharsMax = 2_000;

/** The agent of an assignment, with the tools by which what comes through the world's door is recorded. */
export function externalAgentOf(of: {
  assignment: Assignment;
  emit: ExternalAgentOptions["emit"];
  control: Pick<Control, "state" | "graceMs">;
  workDir: string;
  conceal: readonly string[];
  secrets: Readonly<Record<string, string>>;
}): Pick<BenchmarkAttempt, "agent" | "equip"> {
  const { assignment, control } = of;
  const { spec, attemptDir, containment, env: handed } = assignment;
  const { runId, attempt, queued } = spec;
  const command = commandOfParams(queued?.data.params ?? {});
  const limits = spec.limits as RunLimits;
  const ownGraceMs = (limits.grace_s ?? 0) * 1000;
  const agent = makeExternalAgent({
    ...{ name: spec.agent?.name ?? "", command, runId, attempt, attemptDir, limits },
    used: spec.used ?? noUsage,
    ...{ emit: of.emit, workDir: of.workDir, conceal: of.conceal, secrets: of.secrets },
    containment: containment ?? "pidns",
    env: environmentOf({ command, handed, runId, attempt }),
    graceMs: () => (control.state() === "cancel" ? control.graceMs() : ownGraceMs),
  });
  const equip = async (world: World): Promise<Equipment> => {
    const door = (await world.door?.()) ?? null;
    agent.meet({ door, folder: world.folder ?? null });
    return { tools: door?.tools ?? [], [Symbol.asyncDispose]: async () => {} };
  };
  return { agent, equip };
}

/** The usual variables, those that the command names, and what tells a program which run it works for. */
function environmentOf(of: {
  command: AgentCommand;
  handed: Readonly<Record<string, string>>;
  runId: string;
  attempt: number;
}): Record<string, string> {
  const { command, handed, runId, attempt } = of;
  const named = Object.entries(handed).filter(([name]) => command.env.includes(name));
  return {
    ...usualEnvironment(process.env),
    ...Object.fromEntries(named),
    ...command.set,
    ...{ RUNLEDGER_RUN_ID: runId, RUNLEDGER_ATTEMPT: String(attempt), TRACEPARENT: traceparentOf(runId) },
    ...tracesTo(handed[serverVariable]),
  };
}

/** What a world has for programs. */
type Ways = { door: WorldDoor | null; folder: string | null };

/** Where a program that traces itself finds somebody who takes its spans. */
function tracesTo(server: string | undefined): Record<string, string> {
  return server === undefined ? {} : { OTEL_EXPORTER_OTLP_ENDPOINT: server, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
}

/** The agent, and where it is told of the world once that is there. */
export type ExternalAgent = Agent & { meet(ways: Ways): void };

/** Makes the agent. Its program is started when it is to act. */
function makeExternalAgent(options: ExternalAgentOptions): ExternalAgent {
  let ways: Ways = { door: null, folder: null };
  const openDoors = (hands: Hands) => openDoor(ways, hands, options.workDir);
  const program = { ...options, outputMib: options.limits.output_mib, openDoors };
  const record = recorder(options);
  const agent = externalAgent(options.name, {
    start: (task, hands) => startExternalProgram(program, task, hands),
    ...record,
  });
  return {
    ...agent,
    async act(task, hands) {
      const limit = record.usedUp();
      if (limit !== null) return { how: "limit", text: null, limit };
      try {
        return await agent.act(task, hands);
      } finally {
        await record.close();
      }
    },
    meet(met) {
      ways = met;
    },
  };
}

/** The world's own way in for programs, if it has one. */
async function openDoor({ door: way, folder }: Ways, hands: Hands, workDir: string): Promise<Door> {
  const env = folder === null ? {} : { RUNLEDGER_WORKSPACE: folder };
  const door = await way?.open({ call: (call) => hands.call(call), folder: workDir });
  return {
    env: { ...env, ...door?.env },
    async [Symbol.asyncDispose]() {
      await door?.[Symbol.asyncDispose]();
    },
  };
}

type Recorder = Omit<ProgramStage, "start"> & {
  /** The limit of which nothing is left, or null. */
  usedUp(): string | null;
  /** Says what was only counted. */
  close(): Promise<void>;
};

function recorder({ emit, secrets, limits, used, name }: ExternalAgentOptions): Recorder {
  const mask = maskSecrets(secrets);
  const spent = { tokens: used.tokens, costUsd: used.costUsd ?? 0 };
  // Calls are numbered over all attempts, too.
  let reports = used.modelCalls;
  let strays = 0;
  let told = 0;
  const log = (level: "info" | "warn", message: string) => emit("log.written", { level, message });
  const isOver = (sum: number, max: number | null) => max !== null && sum > 0 && sum >= max;
  const usedUp = () => {
    if (isOver(spent.tokens, limits.tokens)) return "tokens";
    return isOver(spent.costUsd, limits.cost_usd) ? "cost_usd" : null;
  };
  return {
    usedUp,
    onMessage: (text, task) =>
      emit("agent.messaged", { role: "assistant", text: mask.text(text), agent: name, ...stepOf(task) }),
    async onUsage(usage, task) {
      reports += 1;
      const tokens = tokensOf(usage);
      spent.tokens += tokens.inputTokens + tokens.outputTokens;
      spent.costUsd += usage.costUsd ?? 0;
      await emit("model.answered", answerOf({ usage, tokens, callId: `reported-${reports}`, task, mask: mask.text }));
      return usedUp();
    },
    async onStray(text, fault) {
      strays += 1;
      if (strays > strayEventsMax) return;
      told += 1;
      const shown = text.length > strayCharsMax ? `${text.slice(0, strayCharsMax)}…` : text;
      const masked = mask.text(shown);
      if (fault === null) await log("info", `stdout: ${masked}`);
      else await log("warn", `the agent's program said a line that is not of the protocol: ${fault}: ${masked}`);
    },
    async close() {
      const untold = strays - told;
      if (untold === 0) return;
      told = strays;
      await log("info", `stdout: ${untold} further lines that are not of the protocol; stdout.log has them`);
    },
  };
}

/** A sum alone is told as output: where tokens went is not known, that they were used is. */
function tokensOf({ tokens, inputTokens, outputTokens }: ReportedUsage): { inputTokens: number; outputTokens: number } {
  const input = inputTokens ?? 0;
  return { inputTokens: input, outputTokens: outputTokens ?? Math.max(0, (tokens ?? input) - input) };
}

/** What the program says of a model call of its: nothing of it was seen here, and `reported` says so. */
function answerOf(of: {
  usage: ReportedUsage;
  tokens: { inputTokens: number; outputTokens: number };
  callId: string;
  task: AgentTask;
  mask: (text: string) => string;
}): Record<string, unknown> {
  const { usage, tokens, callId, task, mask } = of;
  return {
    ...{ callId, model: mask(usage.model ?? "unknown"), purpose: "agent", text: null, reasoning: null, calls: [] },
    ...{ finish: "reported", usage: { ...tokens, reasoningTokens: null, cachedInputTokens: null } },
    ...{ costUsd: usage.costUsd ?? null, ms: 0, firstTokenMs: null, tries: 1, replayed: false, reported: true },
    ...stepOf(task),
  };
}

function stepOf({ step }: AgentTask): { step?: string } {
  return step === null ? {} : { step: step.name };
}
