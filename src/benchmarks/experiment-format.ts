// The experiment file format: which subjects, agents and conditions, how often. Text in, a checked experiment out, or an
// error that names file, line, column and the nearest valid name.

import { basename } from "node:path";
import { z } from "zod";
import { jsonOf, number, text } from "../core/document-value.ts";
import { runLimits, runLimitsPatch } from "../core/limits.ts";
import { Faults } from "./faults.ts";
import { readYaml } from "./yaml-source.ts";

/** Lists are bounded, so that no file can ask for more cells than can be planned. */
const experimentLimits = { trials: 10_000, agents: 50, conditions: 100, subjects: 1_000 } as const;

const name = text(
  z.string().regex(/^[a-z0-9][a-z0-9._-]{0,79}$/, "must be 1 to 80 of a-z 0-9 . _ - and start with a letter or digit"),
);

const condition = z.strictObject({
  name: name.describe("Once in the file."),
  set: z
    .record(z.string(), z.preprocess(jsonOf, z.json()))
    .default({})
    .describe("Path in the subject to value; of a benchmark only limits.NAME."),
});

export const experimentSchema = z.strictObject({
  format: z.preprocess(jsonOf, z.literal(1)).default(1).describe("Version of this format."),
  id: name.optional().describe("Must equal the file's name without its ending, which is the default."),
  description: text(z.string().min(1).max(500)).optional().describe("What it is to show, in a sentence."),
  subjects: z
    .array(text(z.string().min(1).max(1_000)))
    .min(1)
    .max(experimentLimits.subjects)
    .describe("Files and folders, from this file's folder or else from where the command is run."),
  agents: z
    .array(text(z.string().min(1).max(200)))
    .max(experimentLimits.agents)
    .default([])
    .describe("Names of agents; without any, the default one."),
  conditions: z.array(condition).max(experimentLimits.conditions).default([]).describe("Each is run on every subject."),
  trials: number(z.number().int().min(1).max(experimentLimits.trials))
    .default(1)
    .describe("How often each cell is run."),
  seeds: z.enum(["paired"]).default("paired").describe("Trial k has the same seed in every cell."),
  measures: z.array(text(z.string())).max(100).default([]).describe("What of a simulation is compared."),
});
export type ExperimentFile = Omit<z.output<typeof experimentSchema>, "id"> & { id: string };

/** Whether a YAML text is an experiment file and no benchmark: it has subjects. */
export function isExperimentText(source: string): boolean {
  return /^(subjects|"subjects"|'subjects')\s*:/m.test(source);
}

/**
 * Reads an experiment file.
 * @param file Its path, for messages; its stem is the experiment's name.
 * @throws `benchmark.invalid` with all that is wrong, or `benchmark.not-supported-yet` for what simulations bring.
 */
export function parseExperiment(source: string, file: string): ExperimentFile {
  const yaml = readYaml(source, file);
  const faults = new Faults(yaml);
  const parsed = faults.parse(experimentSchema, yaml.value);
  faults.throwIfAny();
  if (parsed === null) throw new Error("unreachable: faults are thrown above");
  const stem = basename(file).replace(/\.ya?ml$/, "");
  const { id = stem } = parsed;
  if (id !== stem) faults.add(["id"], `must equal the file's name without its ending, ${JSON.stringify(stem)}`);
  checkTwins(parsed.agents, (index) => ["agents", index], faults);
  checkTwins(
    parsed.conditions.map((one) => one.name),
    (index) => ["conditions", index, "name"],
    faults,
  );
  for (const [index, { set }] of parsed.conditions.entries()) checkSet(set, index, faults);
  if (parsed.measures.length > 0) faults.add(["measures"], "is for simulations", { atKey: true, isNotYet: true });
  faults.throwIfAny();
  return { ...parsed, id };
}

function checkTwins(names: readonly string[], pathOf: (index: number) => (string | number)[], faults: Faults): void {
  for (const [index, one] of names.entries()) {
    if (names.indexOf(one) !== index) faults.add(pathOf(index), `${one} is there twice`);
  }
}

/** Of a benchmark a condition sets limits; whatever else it set would make another benchmark of it. */
function checkSet(set: Record<string, unknown>, index: number, faults: Faults): void {
  for (const [path, value] of Object.entries(set)) {
    const at = ["conditions", index, "set", path];
    const [, limit] = /^limits\.(.+)$/.exec(path) ?? [];
    if (limit === undefined) {
      faults.add(at, "sets what simulations have; of a benchmark only limits.NAME", { atKey: true, isNotYet: true });
    } else if (!Object.hasOwn(runLimits, limit)) {
      faults.addUnknown(at, "unknown limit", limit, Object.keys(runLimits), { atKey: true });
    } else {
      const parsed = runLimitsPatch.safeParse({ [limit]: value });
      if (!parsed.success) faults.add(at, parsed.error.issues[0]?.message ?? "is no limit");
    }
  }
}
