// The benchmark file format: text in, checked benchmarks out, or an error that names file, line, column and the
// nearest valid name. What the format has and this build does not run is refused by name, never ignored.

import { createHash } from "node:crypto";
import { basename } from "node:path";
import { z } from "zod";
import { canonicalJson, jsonOf } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { commonTools, type PlannedCall } from "../core/tool.ts";
import type { EnvironmentFormat } from "../environments/environment-format.ts";
import { addedToolNames, environmentFormat, environmentNames } from "../environments/formats.ts";
import type { Benchmark } from "./benchmark.ts";
import { type CaseOfFile, casesOf } from "./cases.ts";
import { checkReferences } from "./check-references.ts";
import { Faults } from "./faults.ts";
import { noFilesBeside, type ReadFiles } from "./files-beside.ts";
import { flowFaults, flowOf } from "./flow.ts";
import { parseGroundTruth, type TruthContext } from "./ground-truth-format.ts";
import { checkPrompt, checkVariables } from "./prompt.ts";
import { benchmarkSchema, type ParsedFile } from "./schema.ts";
import { readYaml } from "./yaml-source.ts";

/** What every part of one benchmark is read with. */
type Reading = {
  parsed: ParsedFile;
  environment: string;
  /** Of the file, or `<id>/<case id>`. */
  id: string;
  caseId: string | null;
  format: EnvironmentFormat;
  files: ReadFiles;
  faults: Faults;
  file: string;
};

const fieldsSchema = z.record(z.string(), z.unknown(), "must be a map of the benchmark's fields");

/**
 * Reads a file: one benchmark, or one for each of its cases.
 * @param text The file's text.
 * @param file Its path, for messages; its stem is the benchmark's id.
 * @param files What lies beside it; without that, a file that names another is refused.
 * @throws `benchmark.invalid`, or `benchmark.not-supported-yet` for a part of the format that this build does not run.
 */
export function parseBenchmarks(text: string, file: string, files: ReadFiles = noFilesBeside()): Benchmark[] {
  const yaml = readYaml(text, file);
  const faults = new Faults(yaml);
  const fields = faults.parse(fieldsSchema, yaml.value) ?? {};
  faults.throwIfAny();
  const cases = casesOf(fields, yaml, files);
  const shared = files.takeRead();
  return cases.map((one) => benchmarkOf(one, file, files, one.caseId === null ? shared : []));
}

/** Reads a file without cases; see `parseBenchmarks`. */
export function parseBenchmark(text: string, file: string, files: ReadFiles = noFilesBeside()): Benchmark {
  const [first, ...others] = parseBenchmarks(text, file, files);
  if (first === undefined || others.length > 0) {
    throw new RunledgerError(
      "benchmark.invalid",
      `${file} holds ${others.length + 1} cases, and one benchmark is asked for`,
    );
  }
  return first;
}

function benchmarkOf(
  { caseId, fields, source }: CaseOfFile,
  file: string,
  files: ReadFiles,
  filesRead: { path: string; digest: string }[],
): Benchmark {
  const faults = new Faults(source);
  const environment = fields.environment ?? (Object.hasOwn(fields, "initial_state") ? "solana" : "text");
  const format = formatOf(environment, faults);
  const parts = { initialState: fields.initial_state, options: fields.environment_options };
  for (const { path, message, isNotYet } of format?.notYet(parts) ?? []) {
    faults.add(path, message, { isNotYet: isNotYet ?? false });
  }
  faults.throwIfAny();
  const { cases: _, cases_file: __, ...own } = fields;
  const parsed = faults.parse(benchmarkSchema, { ...own, environment });
  faults.throwIfAny();
  if (parsed === null || format === null) throw new Error("unreachable: faults are thrown above");
  const stem = basename(file).replace(/\.ya?ml$/, "");
  const id = checkedId(parsed.id, stem, faults);
  const fullId = caseId === null ? id : `${id}/${caseId}`;
  const benchmark = assemble({
    parsed,
    environment: String(environment),
    id: fullId,
    caseId,
    format,
    files,
    faults,
    file,
  });
  faults.throwIfAny();
  const content = caseId === null ? fields : { ...fields, id: fullId };
  return { ...benchmark, digest: contentDigest(content, [...filesRead, ...files.takeRead()]) };
}

/** `sha256:` and the hash of the content in canonical JSON: layout, comments and order of keys do not change it. */
function contentDigest(content: unknown, files: { path: string; digest: string }[]): string {
  const whole = files.length === 0 ? jsonOf(content) : { content: jsonOf(content), files };
  return `sha256:${createHash("sha256").update(canonicalJson(whole), "utf8").digest("hex")}`;
}

function assemble(reading: Reading): Omit<Benchmark, "digest"> {
  const { parsed, environment, id, format, files, faults, file } = reading;
  const { description, tags, metadata, prompt = "", tools, limits, scoring, solution } = parsed;
  for (const { path, message } of flowFaults(parsed)) faults.add(path, message);
  const world = stateOf(reading);
  const names = format.names(world.initial_state);
  checkPrompts(reading, names);
  const offered = [...format.toolNames, ...addedToolNames(environment), ...commonTools.map(({ name }) => name)];
  checkToolNames(parsed, offered, faults);
  checkReferences(parsed, faults);
  const isAccount = (name: string) => names.includes(name) || format.isAddress(name);
  const truth: TruthContext = { environment, scoring, isAccount, names, faults, files };
  const { flow, steps } = flowOf(parsed, truth);
  const hasStepTruth = steps.some(({ groundTruth }) => groundTruth !== null);
  const groundTruth = parseGroundTruth(parsed.ground_truth, {
    ...truth,
    base: ["ground_truth"],
    mayBeEmpty: hasStepTruth,
  });
  return {
    ...{ id, description, tags, metadata },
    task: { id, file, environment, ...world, prompt, flow, tools, limits, scoring },
    groundTruth,
    steps,
    solution: solution === undefined ? null : (solution as PlannedCall[]),
    conceal: [],
    beside: files.paths(),
  };
}

/** The initial state and options as the environment's format has them, with the contents of the files that they name. */
function stateOf({ parsed, format, files, faults }: Reading) {
  const parsedState = parsed.initial_state.map((entry, index) =>
    faults.parse(format.stateEntry, entry, ["initial_state", index]),
  );
  const parsedOptions = faults.parse(format.options, parsed.environment_options ?? {}, ["environment_options"]);
  faults.throwIfAny();
  const initialState = parsedState.map((entry, index) =>
    faults.attempt(["initial_state", index], () => format.embedEntry?.(entry, files) ?? entry),
  );
  const options = faults.attempt(
    ["environment_options"],
    () => format.embedOptions?.(parsedOptions, files) ?? parsedOptions,
  );
  faults.throwIfAny();
  for (const { path, message } of format.faults(initialState)) faults.add(path, message);
  return { initial_state: initialState, environment_options: options };
}

function checkedId(id: string | undefined, stem: string, faults: Faults): string {
  if (id === undefined || id === stem) return stem;
  faults.add(["id"], `must equal the file's name without its ending, ${JSON.stringify(stem)}`);
  return id;
}

function checkPrompts({ parsed: { prompt, flow }, caseId, faults }: Reading, names: readonly string[]): void {
  const steps = (flow ?? []).map((step, index) => ({ text: step.prompt, path: ["flow", index, "prompt"] }));
  for (const { text, path } of prompt === undefined ? steps : [{ text: prompt, path: ["prompt"] }, ...steps]) {
    checkPrompt(text, path, names, faults);
    // The values of a case may hold braces of their own.
    if (caseId === null) checkVariables(text, path, faults);
  }
}

function formatOf(name: unknown, faults: Faults): EnvironmentFormat | null {
  const format = environmentFormat(String(name));
  if (format === undefined) faults.addUnknown(["environment"], "unknown environment", String(name), environmentNames());
  return format ?? null;
}

function checkToolNames({ tools, solution, flow }: ParsedFile, offered: readonly string[], faults: Faults): void {
  for (const [index, name] of (tools === "all" ? [] : tools).entries()) {
    if (!offered.includes(name)) faults.addUnknown(["tools", index], "unknown tool", name, offered);
  }
  const common = commonTools.map(({ name }) => name);
  const usable = tools === "all" ? offered : [...tools, ...common];
  const solutions = [
    { at: ["solution"], calls: solution ?? [] },
    ...(flow ?? []).map((step, index) => ({ at: ["flow", index, "solution"], calls: step.solution })),
  ];
  for (const { at, calls } of solutions) {
    for (const [index, { tool }] of calls.entries()) {
      if (!usable.includes(tool)) faults.addUnknown([...at, index, "tool"], "unknown tool", tool, usable);
    }
  }
}
