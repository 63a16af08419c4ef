// Where the models of one attempt come from: opened with the keys that came through the pipe, answered from a recording
// where the run is a replay, and recorded where that was asked for. Agent and judge share one source.

import { refuseUnpriced } from "../agents/agent-cost.ts";
import type { Json } from "../core/document-value.ts";
import type { EventData } from "../core/events.ts";
import type { RunLimits } from "../core/limits.ts";
import { recordingFile } from "../core/recording-file.ts";
import { type ModelsConfig, openModel } from "../models/providers.ts";
import { clearRecording, openRecorder, openReplay, type Recorder, type Replay } from "../models/recorded.ts";
import { recordingVariable, refuseChanged, refuseChangedFile } from "../models/recording-digest.ts";
import type { RunnerSpec } from "../protocol/spec.ts";
import { Blamed, blame } from "./blame.ts";
import type { AskedModel } from "./model-calls.ts";

/** Opens a model by its name. @throws Blamed on the provider for a missing key or price, on the operator for a recording */
export type OpenModel = (name: string, purpose: "agent" | "judge") => Promise<AskedModel>;

export type SourceOptions = {
  spec: RunnerSpec;
  env: Readonly<Record<string, string>>;
  config: ModelsConfig;
  /** Values that must not stand in a recording. */
  secrets: readonly string[];
  /** The attempt goes on from a checkpoint: so does its recording. */
  isContinued: boolean;
};

/** The source of a run's models; nothing is opened before it is asked for. */
export function modelSource(of: SourceOptions): OpenModel {
  const { spec, env, config } = of;
  const limits = spec.limits as RunLimits;
  const queued = spec.queued?.data;
  let replay: Replay | null = null;
  let recorder: Recorder | null = null;
  const open = async (name: string, purpose: "agent" | "judge"): Promise<AskedModel> => {
    const callSeconds = limits.model_call_s;
    const from = pathIn(queued, "replayFrom");
    if (from !== null) {
      replay ??= openUnchanged(from, queued?.params ?? {}, env[recordingVariable]);
      const { skip } = replay;
      const model = replay.model(name);
      return { model, prices: config.prices, isReplayed: true, callSeconds, skip: (request) => skip(name, request) };
    }
    // The limit is on what the agent uses.
    if (purpose === "agent") refuseUnpriced({ name, kind: "model", model: name }, limits, config);
    const model = await openModel(name, env, config);
    const to = pathIn(queued, "record");
    if (to === null) return { model, prices: config.prices, isReplayed: false, callSeconds };
    recorder ??= beginRecording(to, of);
    const { record } = recorder;
    const keep: AskedModel["record"] = (request, reply) => record(name, request, reply);
    return { model, prices: config.prices, isReplayed: false, callSeconds, record: keep };
  };
  return (name, purpose) => blame("provider", () => open(name, purpose));
}

/**
 * The replay of a run's file, if that is as it was: the agent's digest covers it.
 * @param own The file's own digest, if whoever started this runner knows it; else all that was recorded with it is read.
 */
function openUnchanged(
  file: string,
  { replay: digest, replayFrom }: Readonly<Record<string, unknown>>,
  own: string | undefined,
): Replay {
  try {
    const replay = openReplay(file);
    // What changes after this look has been read already.
    if (own !== undefined) refuseChangedFile(file, own);
    else if (typeof digest === "string" && typeof replayFrom === "string") refuseChanged(replayFrom, digest);
    return replay;
  } catch (error) {
    throw new Blamed("operator", error);
  }
}

/** An attempt that begins anew also begins its recording anew: two attempts in one would answer for each other. */
function beginRecording(path: string, { spec, secrets, isContinued }: SourceOptions): Recorder {
  if (!isContinued) clearRecording(path);
  const { subjectId, seed, agent } = spec;
  const about: Json = { subject: subjectId, agent: agent?.name ?? null, seed, trial: spec.queued?.data.trial ?? 1 };
  return openRecorder(path, { secrets, about });
}

function pathIn(queued: EventData<"run.queued"> | undefined, name: "record" | "replayFrom"): string | null {
  const path = queued?.params[name];
  return queued === undefined || typeof path !== "string" ? null : recordingFile(path, queued);
}
