// Does an assignment whose subject is a benchmark: its project's code, its agent, its models and its world.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { benchmarkOfContent } from "../benchmarks/subject-content.ts";
import type { Config } from "../config/define-config.ts";
import { configVariable } from "../config/load-config.ts";
import type { RunLimits } from "../core/limits.ts";
import type { WorkPlace } from "../environments/environment.ts";
import type { ModelsConfig } from "../models/providers.ts";
import { attemptFiles } from "../protocol/attempt-files.ts";
import { maskSecrets } from "../protocol/mask-secrets.ts";
import type { Assignment, Finish } from "../protocol/spec.ts";
import { type AgentSetting, assignedAgent } from "./assigned-agent.ts";
import { blame, runErrorOf } from "./blame.ts";
import type { Control } from "./control.ts";
import type { Emit } from "./emit.ts";
import { type AssignedWork, failed, finish, stopped } from "./finish-record.ts";
import type { OpenModel } from "./model-source.ts";
import { runBenchmark } from "./run-benchmark.ts";
import { secretsOf } from "./secret-variables.ts";

/** Resolves with the finish record; throws only for bugs. */
export async function runBenchmarkAssignment(work: AssignedWork): Promise<Finish> {
  const { assignment, control } = work;
  const { spec, secret, attemptDir } = assignment;
  const secrets = secretsOf(assignment);
  const mask = maskSecrets(secrets);
  const emit: Emit = (type, data) => work.emit(type, mask.json(data));
  const benchmark = benchmarkOfContent({ public: spec.content, secret }, spec.queued?.data.subject.conceal);
  const { task, groundTruth, steps } = benchmark;
  const stop = new AbortController();
  control.onChange(() => {
    if (control.state() === "cancel" || control.state() === "limit") stop.abort();
  });
  const conceal = [ledgerFolder(attemptDir), ...(assignment.conceal ?? []), ...benchmark.conceal];
  const setting = { assignment, benchmark, emit, control, secrets, conceal };
  let assigned: Awaited<ReturnType<typeof setUp>>;
  try {
    assigned = await setUp(setting);
  } catch (error) {
    return failed(mask.json(runErrorOf(error)), work);
  }
  const { project, agent } = assigned;
  const result = await runBenchmark({
    task,
    groundTruth,
    steps,
    ...agent,
    openModel: openerOf(assignment, Object.values(secrets), modelsOf(project)),
    seed: spec.seed ?? 0,
    limits: spec.limits as RunLimits,
    emit,
    control: { check: () => askedOfAgent(control) },
    signal: stop.signal,
    checkpoint: readCheckpoint(attemptDir),
    place: placeOf(assignment, benchmark.conceal),
  });
  if (result.outcome === "failed") return failed(mask.json(result.error), work);
  if (result.outcome === "completed") return finish({ outcome: "completed" });
  return stopped(control, result.checkpoint === null ? null : keepCheckpoint(attemptDir, result.checkpoint));
}

/** The project's code and the agent; what is wrong with either ends the run before it has begun. */
async function setUp(setting: Omit<AgentSetting, "project">) {
  const { assignment } = setting;
  const hasProject = assignment.env[configVariable] !== undefined;
  const project = hasProject ? await blame("operator", () => projectOf(assignment)) : null;
  return { project, agent: await blame("agent", () => assignedAgent({ ...setting, project })) };
}

/** How this attempt gets at models: loaded only where somebody may ask one. */
function openerOf({ spec, env, attemptDir }: Assignment, secrets: readonly string[], config: ModelsConfig): OpenModel {
  const isContinued = existsSync(join(attemptDir, attemptFiles.checkpoint));
  let source: Promise<OpenModel> | null = null;
  return async (name, purpose) => {
    source ??= import("./model-source.ts").then(({ modelSource }) =>
      modelSource({ spec, env, secrets, isContinued, config }),
    );
    return (await source)(name, purpose);
  };
}

/** Its code is loaded only where there is some. */
async function projectOf(assignment: Assignment): Promise<Config> {
  return (await import("./project-code.ts")).importProject(assignment);
}

function modelsOf(project: Config | null): ModelsConfig {
  return project === null ? {} : { providers: project.providers ?? [], prices: project.prices ?? {} };
}

/**
 * Where a world may run programs. They must not see the ledger, whose blobs hold every ground truth, nor what the
 * benchmark names; the work folder lies in the ledger's, and stays in sight.
 */
function placeOf(assignment: Assignment, conceal: readonly string[]): WorkPlace {
  const { attemptDir, workDir, containment, spec } = assignment;
  const options = {
    workDir,
    attemptDir,
    containment: containment ?? "pidns",
    conceal: [ledgerFolder(attemptDir), ...(assignment.conceal ?? []), ...conceal],
    secrets: secretsOf(assignment),
    outputMib: (spec.limits as RunLimits).output_mib,
  };
  // Loaded by the first program: most worlds start none.
  const { runId } = spec;
  return {
    ...{ folder: workDir, runId },
    run: async (program) => (await import("./work-place.ts")).runInPlace(options, program),
  };
}

/** The attempt folder is `runs/ID/N` in it. */
function ledgerFolder(attemptDir: string): string {
  return resolve(attemptDir, "../../..");
}

/** A runner without a supervisor stops like one that is paused: at a safe point, with a checkpoint. */
function askedOfAgent(control: Control): "go" | "cancel" | "pause" {
  const state = control.check();
  if (state === "run") return "go";
  return state === "pause" || state === "orphaned" ? "pause" : "cancel";
}

function readCheckpoint(attemptDir: string): Uint8Array | null {
  const path = join(attemptDir, attemptFiles.checkpoint);
  return existsSync(path) ? readFileSync(path) : null;
}

/** Leaves the checkpoint in the attempt folder, from which whoever concludes takes it, and names it by its digest. */
function keepCheckpoint(attemptDir: string, bytes: Uint8Array): string {
  const path = join(attemptDir, attemptFiles.checkpointLeft);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, bytes);
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
