// `FileExists`, `FileEquals` and `FileMatches`: what lies in the workspace.

import { z } from "zod";
import { text } from "../../core/document-value.ts";
import { RunledgerError } from "../../core/errors.ts";
import type { FileState, Observation } from "../../environments/observation.ts";
import { innerPath } from "../../environments/workspace-paths.ts";
import { assertionFields, defineAssertion } from "../assertion.ts";
import { comparedText, shown } from "./answer.ts";
import { compiled, patternFlags, patternText } from "./pattern.ts";

const common = { path: innerPath, ...assertionFields };

export const fileExists = defineAssertion({
  list: "final_state_assertions",
  environments: ["workspace"],
  schema: z.strictObject({ type: z.literal("FileExists"), ...common }),
  subjects: ({ path }) => [{ kind: "file", path }],
  claim: ({ path }) => `there is a file ${path}`,
  judge: ({ path }, { now }) => {
    const { kind } = fileAt(now, path);
    return { held: kind === "file", expected: "file", actual: kind ?? "nothing" };
  },
});

const equalsSchema = z
  .strictObject({
    type: z.literal("FileEquals"),
    value: comparedText.optional(),
    file: text(z.string().min(1)).optional(),
    ...common,
  })
  .refine(({ value, file }) => (value === undefined) !== (file === undefined), "needs value or file");

/** With the digest of what `file` holds, taken when the benchmark is read. */
type Embedded = z.output<typeof equalsSchema> & { digest?: string };

export const fileEquals = defineAssertion({
  list: "final_state_assertions",
  environments: ["workspace"],
  schema: equalsSchema,
  embed: (fields, files) => {
    const embedded: Embedded = fields.file === undefined ? fields : { ...fields, digest: files.digest(fields.file) };
    return embedded;
  },
  subjects: ({ path }) => [{ kind: "file", path }],
  claim: ({ path, file }) => `${path} is ${file === undefined ? "what is asked for" : `the same as ${file}`}`,
  judge: (fields, { now }) => {
    const { path, value, file, digest } = fields as Embedded;
    const found = fileAt(now, path);
    const held = found.kind === "file" && (value === undefined ? found.digest === digest : found.text === value);
    const actual = found.kind === "file" ? shown(found.text ?? `${found.bytes} bytes`) : (found.kind ?? "nothing");
    return { held, expected: value === undefined ? `the same as ${file}` : shown(value), actual };
  },
});

export const fileMatches = defineAssertion({
  list: "final_state_assertions",
  environments: ["workspace"],
  schema: z.strictObject({
    type: z.literal("FileMatches"),
    pattern: patternText,
    flags: patternFlags.default(""),
    ...common,
  }),
  subjects: ({ path }) => [{ kind: "file", path }],
  claim: ({ path, pattern }) => `${path} matches /${pattern}/`,
  judge: ({ path, pattern, flags }, { now }) => {
    const { kind, text: found, bytes } = fileAt(now, path);
    const expected = `/${pattern}/`;
    if (kind !== "file") return { held: false, expected, actual: kind ?? "nothing" };
    if (found === null) return { held: false, expected, actual: `${bytes} bytes that are no text of a size to match` };
    return { held: compiled(pattern, flags).matcher(found).find(), expected, actual: shown(found) };
  },
});

function fileAt({ files }: Observation, path: string): FileState {
  const file = files?.[path];
  if (file === undefined) throw new RunledgerError("scorer.failed", `the file ${path} was not observed`);
  return file;
}
