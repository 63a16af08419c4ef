// `initial_state` and `environment_options` of a benchmark in the environment `workspace`.

import { z } from "zod";
import { text } from "../../core/document-value.ts";
import type { EmbeddedFile, EnvironmentFormat, FilesBeside, FormatFault } from "../environment-format.ts";
import { innerPath, tidyPath } from "../workspace-paths.ts";

const relativePath = text(z.string().min(1).max(1_000));
const to = innerPath.default(".");

const copyEntry = z.strictObject({ copy: relativePath, to });
const gitEntry = z.strictObject({ git: relativePath, ref: text(z.string().min(1).max(200)).default("HEAD"), to });
const fileEntry = z.strictObject({
  file: innerPath,
  content: text(z.string().max(200_000)),
  executable: z.boolean().default(false),
});
const entrySchema = z.union([copyEntry, gitEntry, fileEntry], "must be {copy, to}, {git, ref, to} or {file, content}");

/** An entry as a world gets it: files, wherever they came from. */
export type WorkspaceEntry = { files: EmbeddedFile[] };

/** As Docker takes it: a name, with registry, tag or digest if need be. It cannot be read as an option. */
const imageName = text(
  z.string().regex(/^[a-z0-9][A-Za-z0-9._/:@-]{0,254}$/, "must be the name of an image, such as python:3.14-slim"),
);

const optionsSchema = z.strictObject({
  image: imageName.nullable().default(null).describe("The image in which Docker runs each command; null: none."),
  network: z.enum(["inherit", "none"]).default("inherit").describe("none: commands reach nothing, not even loopback."),
});

/** `environment_options` as a world gets them. */
export type WorkspaceOptions = z.output<typeof optionsSchema>;

export const workspaceFormat: EnvironmentFormat = {
  stateEntry: entrySchema,
  options: optionsSchema,
  notYet: () => [],
  faults: faultsBetween,
  names: () => [],
  isAddress: () => false,
  embedEntry: (entry, files) => embed(entry as z.output<typeof entrySchema>, files),
  toolNames: ["read_file", "write_file", "list_files", "run_command"],
};

/** Two entries that lay the same file: which of the two the agent gets would depend on their order. */
function faultsBetween(initialState: readonly unknown[]): FormatFault[] {
  const seen = new Set<string>();
  const faults: FormatFault[] = [];
  for (const [index, entry] of initialState.entries()) {
    for (const { path } of (entry as Partial<WorkspaceEntry>).files ?? []) {
      if (seen.has(path)) faults.push({ path: ["initial_state", index], message: `${path} is laid twice` });
      seen.add(path);
    }
  }
  return faults;
}

function embed(entry: z.output<typeof entrySchema>, files: FilesBeside): WorkspaceEntry {
  if ("file" in entry) {
    return { files: [{ path: tidyPath(entry.file), executable: entry.executable, content: { text: entry.content } }] };
  }
  const found = "copy" in entry ? files.tree(entry.copy) : files.commit(entry.git, entry.ref);
  return { files: found.map((file) => ({ ...file, path: tidyPath(`${entry.to}/${file.path}`) })) };
}
