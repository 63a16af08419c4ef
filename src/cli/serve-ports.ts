// What the server gets from this process: the agents of this build, the files of runs, what can be seen of processes.

import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { refuseUnpriced } from "../agents/agent-cost.ts";
import { listAgents } from "../agents/agent-keys.ts";
import { agentIdentity, configuredAgent } from "../agents/known-agents.ts";
import { needsOf } from "../benchmarks/subject-needs.ts";
import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import type { AgentPort, RunFilesPort, ServerPorts, WorkState } from "../server/ports.ts";
import { attemptFolder, runFolder } from "../worker/attempt-folder.ts";
import { verifyFiles } from "../worker/verify-files.ts";
import { removeSessionFile, sessionFilePath } from "../worker/write-session-file.ts";
import { removeTraceFile } from "../worker/write-trace-file.ts";
import type { Context } from "./command.ts";
import { hideBenchmarks } from "./command-agent.ts";
import { openLook } from "./look.ts";
import { shownPath } from "./paths.ts";
import { configOf } from "./project-config.ts";
import { queuedDefaults } from "./start-options.ts";

const defaultAgent = "deterministic";
const folderDefault = "benchmarks";

/** The ports of a server on this ledger, in the folder and environment of the command. */
export function serverPorts(of: {
  ledger: Ledger;
  context: Pick<Context, "env" | "cwd">;
  /** As they were named; none: the folder `benchmarks`, if there is one. */
  folders: readonly string[];
  workState: () => WorkState | null;
}): ServerPorts {
  const { ledger, context, folders, workState } = of;
  const { cwd, env } = context;
  const benchmarkFolders = catalogFolders(context, folders);
  return {
    ledger,
    agents: agentPort(env, { cwd, sources: benchmarkFolders }),
    files: runFiles(ledger, context),
    limits: configOf(env).data?.limits ?? {},
    commands: configOf(env).data?.commands ?? {},
    benchmarkFolders,
    cwd,
    openLook: () => openLook(ledger),
    verifyFiles: (options) => verifyFiles(ledger, { ...options, env }),
    workState,
    who: queuedDefaults().who,
  };
}

/** What the catalog is read from: what was named, else what the configuration names, else the folder `benchmarks`. */
export function catalogFolders(
  { env, cwd }: Pick<Context, "env" | "cwd">,
  named: readonly string[],
): readonly string[] {
  if (named.length > 0) return named;
  const { data } = configOf(env);
  const ofConfig = data === null ? [] : data.benchmarks.map((folder) => resolve(dirname(data.path), folder));
  return ofConfig.length === 0 && existsSync(join(cwd, folderDefault)) ? [folderDefault] : ofConfig;
}

function agentPort(env: Context["env"], hidden: Parameters<typeof hideBenchmarks>[1]): AgentPort {
  const config = configOf(env);
  return {
    defaultName: config.data?.defaultAgent ?? defaultAgent,
    list: () => listAgents(env, config),
    choose(name) {
      const configured = configuredAgent(name, config);
      if (configured !== null) return hideBenchmarks(configured, hidden);
      const identity = agentIdentity(name, {}, config);
      if (identity.kind === "scripted") {
        throw new RunledgerError("usage.not-yet", `${name} replays a file of calls, which the API does not take yet`);
      }
      return { identity, params: {} };
    },
    refuseUnpriced: (agent, limits) => refuseUnpriced(agent, limits, config),
    needsOf: (benchmark) => needsOf(benchmark, config.providers),
  };
}

function runFiles(ledger: Ledger, { env, cwd }: Pick<Context, "env" | "cwd">): RunFilesPort {
  return {
    session(runId) {
      const path = sessionFilePath(ledger, runId, env);
      return path !== null && existsSync(path) ? shownPath(path, { cwd }) : null;
    },
    output: ({ stream, ...place }) => join(attemptFolder({ home: ledger.home, ...place }), attemptFiles[stream]),
    async forgetEnd(runId) {
      await removeSessionFile(ledger, runId, env);
      await removeTraceFile(ledger, runId, env);
    },
    async removeAll(runId) {
      await rm(runFolder({ home: ledger.home, runId }), { recursive: true, force: true });
      await removeSessionFile(ledger, runId, env);
      await removeTraceFile(ledger, runId, env);
    },
  };
}
