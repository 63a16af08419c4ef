// What a runner may see of this shell.

import { type Needy, refuseMissingKeys, variablesOf } from "../agents/agent-keys.ts";
import type { AgentsConfig } from "../agents/known-agents.ts";
import { configDigestVariable, configVariable } from "../config/load-config.ts";
import type { RunKind } from "../core/limits.ts";
import { isRecordingFile, recordingFile } from "../core/recording-file.ts";
import type { Run } from "../core/run.ts";
import { digestInFolder, recordingVariable } from "../models/recording-digest.ts";
import { serverVariable } from "../protocol/spec.ts";
import type { Context } from "./command.ts";
import { configOf } from "./project-config.ts";

/** Variables that are ours alone: where ledgers lie may hold a password, and a token lets its holder in. */
const own = ["RUNLEDGER_LEDGER", "RUNLEDGER_PUSH_TO", "RUNLEDGER_TOKEN", "RUNLEDGER_BUILD", "RUNLEDGER_RELAUNCHED"];

type OfRun = Needy & { kind: RunKind } & Partial<Pick<Run, "params" | "trial">> & { subject: { id?: string } };

/**
 * A command's program gets the shell's environment; a benchmark's runner no more than the keys that its agent and its
 * judge need, and where their providers are.
 */
export function runnerEnv(
  run: OfRun,
  env: Context["env"],
  config: AgentsConfig = configOf(env),
): Record<string, string> {
  const isShown =
    run.kind === "command" ? (name: string) => !own.includes(name) : isAmong(new Set(variablesOf(run, config)));
  const shown = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isShown(entry[0]),
  );
  return {
    ...Object.fromEntries(shown),
    ...(run.kind === "command" ? {} : configIn(env)),
    ...serverIn(run, env),
    ...recordingIn(run),
  };
}

/** What is known of the recording that answers this run, where many lie in one folder. */
function recordingIn({ params = {}, subject: { id }, agent, trial }: OfRun): Record<string, string> {
  const { replay, replayFrom } = params;
  if (typeof replay !== "string" || typeof replayFrom !== "string" || isRecordingFile(replayFrom)) return {};
  if (id === undefined || trial === undefined) return {};
  const file = recordingFile(replayFrom, { subject: { id }, agent, trial, params });
  const digest = digestInFolder(replayFrom, replay, file);
  return digest === null ? {} : { [recordingVariable]: digest };
}

/** An agent that is a program may send its spans to the server that it is run by. */
function serverIn({ agent }: OfRun, env: Context["env"]): Record<string, string> {
  const url = env[serverVariable];
  return agent?.kind === "command" && url !== undefined ? { [serverVariable]: url } : {};
}

/** Where the runner finds the project's configuration, and what that was when this process read it. */
function configIn(env: Context["env"]): Record<string, string> {
  const { data } = configOf(env);
  return data === null ? {} : { [configVariable]: data.path, [configDigestVariable]: data.digest };
}

/** The same for a run that is about to be started here. @throws `provider.missing-key` that names what is not set. */
export function neededEnv(
  run: OfRun,
  env: Context["env"],
  config: AgentsConfig = configOf(env),
): Record<string, string> {
  refuseMissingKeys([run], env);
  return runnerEnv(run, env, config);
}

function isAmong(names: ReadonlySet<string>): (name: string) => boolean {
  return (name) => names.has(name);
}
