// Options that `run` and `exec` share: they define the run that is about to be queued.

import { userInfo } from "node:os";
import { RunledgerError } from "../core/errors.ts";
import type { EventData, RetryPolicy } from "../core/events.ts";
import { newRunId, parseUuid } from "../core/ids.ts";
import { type RunLimitsPatch, runLimits, runLimitsPatch } from "../core/limits.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import { labelMap } from "../protocol/http-fields.ts";
import { oneLine } from "../views/columns.ts";
import type { OptionSpec, Options } from "./options.ts";
import { readCount } from "./read-count.ts";

export const startOptions = {
  limits: { type: "text", value: "wall_s=60,…", repeatable: true, help: "limits of the run; NAME=none lifts one" },
  retry: { type: "text", value: "N", help: "further tries after a fault that is not the agent's" },
  id: { type: "text", value: "UUID", alias: "execution-id", help: "the run's id" },
  label: { type: "text", value: "K=V", repeatable: true, help: "a label to find it by" },
  name: { type: "text", value: "TEXT", help: "what to call it" },
  queue: { type: "flag", help: "leave it to a worker; this command ends at once" },
  detach: { type: "flag", help: "the same, and start a worker in the background that ends when it is idle" },
  jsonl: { type: "flag", help: 'one JSON line an event, first "launched", last "done"' },
} as const satisfies Record<string, OptionSpec>;

/** Options of the contract that come later, with what they come with. */
export const laterStartOptions: Record<string, string> = {
  set: "simulations",
  model: "models",
};

export type StartChoices = {
  id: string;
  limits: RunLimitsPatch;
  retryPolicy: RetryPolicy;
  labels: Record<string, string>;
  name: string | null;
};

const retriesMax = 100;
const nameCharsMax = 200;

/** Reads the shared options. @throws RunledgerError `usage.bad-value` */
export function readStartOptions(options: Options): StartChoices {
  return {
    id: readId(options.text("id")),
    limits: readLimits(options.texts("limits")),
    retryPolicy: retryPolicy(readCount("--retry", options.text("retry"), retriesMax) ?? 0),
    labels: checkLabels(readLabels(options.texts("label"))),
    name: readName(options.text("name")),
  };
}

/** A run that does not want anything special; what is asked for is laid over it. */
export function queuedDefaults(): Pick<
  EventData<"run.queued">,
  "params" | "priority" | "experimentId" | "trial" | "againOf" | "imported" | "who"
> {
  return {
    params: {},
    priority: "normal",
    experimentId: null,
    trial: 1,
    againOf: null,
    imported: false,
    who: whoAmI(),
  };
}

const priorities = ["high", "normal", "low"] as const;

/** @throws RunledgerError `usage.bad-value` */
export function readPriority(text: string | null): (typeof priorities)[number] {
  if (text === null) return "normal";
  const priority = priorities.find((name) => name === text);
  if (priority === undefined) throw badValue(`--priority takes ${priorities.join(", ")}, not ${JSON.stringify(text)}`);
  return priority;
}

function readId(text: string | null): string {
  if (text === null) return newRunId();
  const id = parseUuid(text);
  if (id === null) throw badValue(`--id takes a UUID, not ${JSON.stringify(text)}`);
  return id;
}

function readLimits(texts: readonly string[]): RunLimitsPatch {
  const patch: Record<string, number | null> = {};
  const names = Object.keys(runLimits);
  for (const pair of texts.flatMap((text) => text.split(","))) {
    const [name = "", value, ...more] = pair.split("=");
    if (!names.includes(name)) {
      throw new RunledgerError(
        "usage.bad-value",
        `there is no limit ${JSON.stringify(name)}${didYouMean(name, names)}`,
        {
          data: { name, nearest: nearestNames(name, names) },
        },
      );
    }
    if (value === undefined || more.length > 0)
      throw badValue(`--limits takes NAME=NUMBER, not ${JSON.stringify(pair)}`);
    patch[name] = value === "none" ? null : value.trim() === "" ? Number.NaN : Number(value);
  }
  const parsed = runLimitsPatch.safeParse(patch);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw badValue(`--limits ${String(issue?.path[0])}: ${issue?.message}`);
}

/** What the policy may retry: never what an agent did, which would be a second chance. */
function retryPolicy(retries: number): RetryPolicy {
  return { retries, backoffMs: 1_000, origins: ["provider", "environment", "worker", "lost"] };
}

/** Pairs by key. @throws RunledgerError `usage.bad-value` */
export function readLabels(pairs: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const pair of pairs) {
    const at = pair.indexOf("=");
    if (at < 1) throw badValue(`--label takes KEY=VALUE, not ${JSON.stringify(pair)}`);
    labels[pair.slice(0, at)] = pair.slice(at + 1);
  }
  return labels;
}

/** As the API takes them: what one of the two makes, the other can show and find. */
function checkLabels(labels: Record<string, string>): Record<string, string> {
  const parsed = labelMap.safeParse(labels);
  if (parsed.success) return labels;
  const [issue] = parsed.error.issues;
  const key = issue?.path[0] === undefined ? "" : ` ${oneLine(String(issue.path[0]), 40)}`;
  throw badValue(`--label${key}: ${issue?.message}`);
}

function readName(text: string | null): string | null {
  if (text === null || (text.length > 0 && text.length <= nameCharsMax)) return text;
  throw badValue(`--name takes 1 to ${nameCharsMax} characters, not ${text.length}`);
}

/** The person at the keyboard, as far as the system knows. */
function whoAmI(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

function badValue(detail: string): RunledgerError {
  return new RunledgerError("usage.bad-value", detail);
}
