// What somebody has typed of a new run, and what it is: the body of the request, checked by the schema of its route, and
// the command line that does the same. Pure.

import { type RunLimitName, runLimits, runLimitsPatch } from "../../../../src/core/limits.ts";
import { routes } from "../../../../src/protocol/http.ts";
import type { NewExperiment } from "../../../../src/protocol/http-experiment-routes.ts";
import type { NewRun } from "../../../../src/protocol/http-run-routes.ts";

export type Draft = {
  from: "catalog" | "inline";
  benchmark: string;
  inlineId: string;
  yaml: string;
  agents: readonly string[];
  trials: string;
  seed: string;
  name: string;
  /** `KEY=VALUE`, one a line. */
  labels: string;
  priority: "high" | "normal" | "low";
  retries: string;
  limits: Partial<Record<RunLimitName, string>>;
};

export const emptyDraft: Draft = {
  ...{ from: "catalog", benchmark: "", inlineId: "", yaml: "", agents: ["deterministic"], trials: "1", seed: "" },
  ...{ name: "", labels: "", priority: "normal", retries: "0", limits: {} },
};

export type Fault = { field: string; message: string };
export type Request = { kind: "run"; body: NewRun } | { kind: "experiment"; body: NewExperiment };
export type Checked = { request: Request | null; faults: Fault[] };

/** One run, or an experiment where several agents or trials are asked for. */
export function checkDraft(draft: Draft): Checked {
  const faults: Fault[] = [];
  const trials = wholeNumber(draft.trials, "trials", faults) ?? 1;
  const shared = sharedOf(draft, faults);
  const isOfCatalog = draft.from === "catalog";
  const benchmark = draft.benchmark.trim();
  if (isOfCatalog && benchmark === "") faults.push({ field: "benchmark", message: "choose one" });
  if (draft.agents.length === 0) faults.push({ field: "agent", message: "choose at least one" });
  if (draft.agents.length === 1 && trials === 1) {
    const subject = isOfCatalog ? { benchmark } : { inline: { id: draft.inlineId.trim(), yaml: draft.yaml } };
    const { data, error } = routes.createRun.body.safeParse({ ...subject, agent: draft.agents[0], ...shared });
    takeIssues(error?.issues, faults);
    return { request: data === undefined || faults.length > 0 ? null : { kind: "run", body: data }, faults };
  }
  if (!isOfCatalog) faults.push({ field: "trials", message: "what is typed here takes one agent and one trial" });
  const plan = { benchmarks: [benchmark], agents: [...draft.agents], trials, ...shared };
  const { data, error } = routes.createExperiment.body.safeParse(plan);
  takeIssues(error?.issues, faults);
  return { request: data === undefined || faults.length > 0 ? null : { kind: "experiment", body: data }, faults };
}

/** Fields of both requests; what is as usual is left out. */
function sharedOf(draft: Draft, faults: Fault[]) {
  const seed = wholeNumber(draft.seed, "seed", faults);
  const retries = wholeNumber(draft.retries, "retries", faults) ?? 0;
  const labels = labelsOf(draft.labels, faults);
  const limits = limitsOf(draft.limits, faults);
  const name = draft.name.trim();
  return {
    ...(name === "" ? {} : { name }),
    ...(Object.keys(labels).length === 0 ? {} : { labels }),
    ...(draft.priority === "normal" ? {} : { priority: draft.priority }),
    ...(Object.keys(limits).length === 0 ? {} : { limits }),
    ...(retries === 0 ? {} : { retries }),
    ...(seed === null ? {} : { seed }),
  };
}

/**
 * The command that queues the same.
 * @param file Of the benchmark, as the server names it; null: it has none, and no command can name it.
 */
export function commandLine(draft: Draft, { request }: Checked, file: string | null): string | null {
  if (request === null) return null;
  const path = draft.from === "inline" ? `${draft.inlineId.trim()}.yml` : file;
  if (path === null) return null;
  const { name, labels = {}, priority, limits = {}, retries, seed } = request.body;
  const words = [
    ...["npx", "runledger", "run", path],
    ...draft.agents.flatMap((agent) => ["--agent", agent]),
    ...(request.kind === "experiment" && request.body.trials !== undefined && request.body.trials > 1
      ? ["--trials", String(request.body.trials)]
      : []),
    ...(seed === undefined ? [] : ["--seed", String(seed)]),
    ...(Object.keys(limits).length === 0 ? [] : ["--limits", limitWords(limits)]),
    ...(retries === undefined ? [] : ["--retry", String(retries)]),
    ...Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]),
    ...(name == null ? [] : ["--name", name]),
    ...(priority === undefined ? [] : ["--priority", priority]),
    "--queue",
  ];
  return words.map(shellWord).join(" ");
}

function limitWords(limits: Partial<Record<string, number | null | undefined>>): string {
  return Object.entries(limits)
    .map(([name, value]) => `${name}=${value ?? "none"}`)
    .join(",");
}

/** A word as any shell of POSIX takes it. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function wholeNumber(text: string, field: string, faults: Fault[]): number | null {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (/^\d{1,15}$/.test(trimmed)) return Number(trimmed);
  faults.push({ field, message: "must be a whole number" });
  return null;
}

function labelsOf(text: string, faults: Fault[]): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const line of text.split("\n").map((one) => one.trim())) {
    if (line === "") continue;
    const end = line.indexOf("=");
    if (end < 1) faults.push({ field: "labels", message: `${line} is not KEY=VALUE` });
    else labels[line.slice(0, end)] = line.slice(end + 1);
  }
  return labels;
}

/** A number, or `none` to lift the limit; each is checked alone, so that each fault stands beside its field. */
function limitsOf(given: Draft["limits"], faults: Fault[]): Record<string, number | null> {
  const limits: Record<string, number | null> = {};
  for (const name of Object.keys(runLimits) as RunLimitName[]) {
    const text = given[name]?.trim() ?? "";
    if (text === "") continue;
    const value = text === "none" ? null : Number(text);
    const [issue] = runLimitsPatch.safeParse({ [name]: value }).error?.issues ?? [];
    if (issue === undefined) limits[name] = value;
    else
      faults.push({
        field: `limits.${name}`,
        message: Number.isNaN(value) ? "must be a number, or none" : issue.message,
      });
  }
  return limits;
}

function takeIssues(issues: readonly { path: PropertyKey[]; message: string }[] | undefined, faults: Fault[]): void {
  for (const { path, message } of issues ?? []) {
    const field = path.map(String).join(".");
    if (!faults.some((fault) => fault.field === field || field.startsWith(fault.field)))
      faults.push({ field, message });
  }
}
