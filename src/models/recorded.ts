// Recordings of what models answered, and answers from them: one JSON object a line, keyed by all that was asked. A
// replay opens no connection and loads no provider's package.

import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { systemLimits } from "../core/system-limits.ts";
import { type AskedRequest, commonMessages, firstDifference } from "./first-difference.ts";
import type { Model, ModelReply, ModelRequest } from "./model.ts";
import { requestDigest } from "./request-key.ts";

export type Recorder = {
  /**
   * Appends one answer as one line in one write, so that several runs may share a file.
   * @throws `recording.holds-secret` and writes nothing; `recording.unwritable`.
   */
  record(model: string, request: ModelRequest, reply: ModelReply): void;
};

/**
 * A recorder that appends to a file, which is made with its folder if it is not there.
 * @param secrets Values that may stand in no line: requests hold no keys, and this proves it each time.
 * @param about What each line says of the run that it is from; read back by `aboutRecording`.
 */
export function openRecorder(path: string, { secrets, about }: { secrets: readonly string[]; about?: Json }): Recorder {
  const values = secrets.map((secret) => secret.trim()).filter((secret) => secret.length >= 4);
  const needles = values.map((secret) => JSON.stringify(secret).slice(1, -1));
  return {
    record(model, request, reply) {
      const of = about === undefined ? {} : { about };
      const line = `${JSON.stringify({ v: 1, key: requestDigest(request, model), model, ...of, request, reply })}\n`;
      if (needles.some((needle) => line.includes(needle))) {
        throw new RunledgerError("recording.holds-secret", `what ${model} was asked or said holds a secret's value`);
      }
      try {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, line, { flag: "a", mode: 0o600 });
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new RunledgerError("recording.unwritable", `${path}: ${cause}`, { cause: error });
      }
    },
  };
}

/** How each line begins; nothing else that a file holds is taken for a recording. */
const lineBegin = '{"v":1,"key":"sha256:';

/**
 * Removes the recording at the path, if there is one, so that another one can begin there.
 * @throws `recording.unwritable` for a file that is none: it is somebody's.
 */
export function clearRecording(path: string): void {
  const begin = existsSync(path) ? beginOf(path, lineBegin.length) : "";
  // A line of which only the beginning was written, by a process that was killed, is a recording too.
  if (!lineBegin.startsWith(begin)) {
    throw new RunledgerError("recording.unwritable", `${path} is there and no recording; it is not replaced`);
  }
  rmSync(path, { force: true });
}

function beginOf(path: string, bytes: number): string {
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.toString("utf8", 0, readSync(file, buffer, 0, bytes, 0));
  } finally {
    closeSync(file);
  }
}

export type Replay = {
  /** The model of this name, answered from the recording. Throws `replay.miss` for what was not recorded. */
  model(name: string): Model;
  /** Counts a request as answered already: a continued run takes its first answers from its journal. */
  skip(model: string, request: ModelRequest): void;
};

/**
 * Opens a recording to be answered from. The nth time that a request is asked it gets the nth answer that was recorded
 * for it, and after the last there is none: a second trial that only repeated the first would look like evidence.
 * @throws `replay.unreadable`.
 */
export function openReplay(path: string): Replay {
  const entries = readEntries(path);
  const byKey = Map.groupBy(entries, ({ key }) => key);
  const asked = new Map<string, number>();
  const next = (key: string) => {
    const times = asked.get(key) ?? 0;
    asked.set(key, times + 1);
    return times;
  };
  return {
    skip: (model, request) => void next(requestDigest(request, model)),
    model: (name) => ({
      name,
      provider: "replay",
      async answer(request, signal) {
        signal.throwIfAborted();
        const key = requestDigest(request, name);
        const recorded = byKey.get(key) ?? [];
        const times = next(key);
        const entry = recorded[times];
        if (entry === undefined) throw missOf(path, entries, { model: name, request }, recorded.length);
        return entry.reply;
      },
    }),
  };
}

/** What the first line of a recording says of its run; null where it says nothing. @throws `replay.unreadable`. */
export function aboutRecording(path: string): Json {
  const [line = ""] = readText(path).split("\n", 1);
  if (line === "") return null;
  parseEntry(line, `${path}:1`);
  return (JSON.parse(line) as { about?: Json }).about ?? null;
}

type Entry = AskedRequest & { key: string; reply: ModelReply };

function missOf(path: string, entries: readonly Entry[], asked: AskedRequest, recordedTimes: number): RunledgerError {
  const key = requestDigest(asked.request, asked.model);
  if (recordedTimes > 0) {
    const detail = `${path} answers this request ${recordedTimes} times, and it was asked once more`;
    return new RunledgerError("replay.miss", detail, { data: { key, recordedTimes } });
  }
  const nearest = nearestEntry(entries, asked);
  const difference = nearest === null ? null : firstDifference(nearest, asked);
  if (difference === null) return new RunledgerError("replay.miss", `${path} holds no answers`, { data: { key } });
  const { path: field, recorded, asked: given } = difference;
  return new RunledgerError("replay.miss", `${path}: ${field} differs: recorded ${recorded}, asked ${given}`, {
    data: { key, field, recorded, asked: given },
  });
}

/** The recorded request with the longest common begin; among equals the first of the same model, then of the same length. */
function nearestEntry(entries: readonly Entry[], { model, request }: AskedRequest): Entry | null {
  let nearest: { entry: Entry; rank: number[] } | null = null;
  for (const entry of entries) {
    const { messages } = entry.request;
    const common = commonMessages(messages, request.messages);
    const rank = [common, entry.model === model ? 1 : 0, messages.length === request.messages.length ? 1 : 0];
    if (nearest === null || isHigher(rank, nearest.rank)) nearest = { entry, rank };
  }
  return nearest?.entry ?? null;
}

function isHigher(rank: readonly number[], than: readonly number[]): boolean {
  const index = rank.findIndex((value, place) => value !== than[place]);
  return index >= 0 && (rank[index] ?? 0) > (than[index] ?? 0);
}

const json = z.custom<Json>((value) => value !== undefined);
const call = z.object({
  callId: z.string(),
  tool: z.string(),
  args: z.record(z.string(), json).nullable(),
  argsText: z.string(),
});
const tokens = z.number().int().nonnegative().nullable();
const entrySchema = z.object({
  v: z.literal(1),
  key: z.string(),
  model: z.string(),
  request: z.custom<ModelRequest>(
    (value) =>
      z.object({ messages: z.array(json), tools: z.array(json), params: z.record(z.string(), json) }).safeParse(value)
        .success,
  ),
  reply: z.object({
    text: z.string().nullable(),
    reasoning: z.string().nullable(),
    calls: z.array(call),
    finish: z.string(),
    model: z.string(),
    usage: z.object({
      inputTokens: tokens,
      outputTokens: tokens,
      reasoningTokens: tokens,
      cachedInputTokens: tokens,
    }),
    firstTokenMs: z.number().nullable(),
    opaque: json.exactOptional(),
    warnings: z.array(z.string()).exactOptional(),
  }),
});

function readEntries(path: string): Entry[] {
  const lines = readText(path).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.map((line, index) => parseEntry(line, `${path}:${index + 1}`));
}

function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > systemLimits.recordingBytesMax) {
      const limit = systemLimits.recordingBytesMax / 1024 / 1024;
      throw new RunledgerError(
        "replay.unreadable",
        `${path} is larger than ${limit} MiB; record runs into files of their own`,
      );
    }
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof RunledgerError) throw error;
    const cause = error instanceof Error ? error.message : String(error);
    throw new RunledgerError("replay.unreadable", `${path}: ${cause}`, { cause: error });
  }
}

function parseEntry(line: string, place: string): Entry {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new RunledgerError("replay.unreadable", `${place}: this line is no JSON`);
  }
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new RunledgerError("replay.unreadable", `${place}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { model, request, reply } = parsed.data;
  // The key as this build makes it, so that a line that was edited by hand still answers what it shows.
  return { key: requestDigest(request, model), model, request, reply };
}
