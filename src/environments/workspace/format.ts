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

const optionsSchema = z.strictObject({
  /** Named in the format; see `notYet`. */
  image: z.null("must be null: this build runs no containers").default(null),
  network: z.enum(["inherit"]).default("inherit"),
});

export const workspaceFormat: EnvironmentFormat = {
  stateEntry: entrySchema,
  options: optionsSchema,
  notYet: partsNotMade,
  faults: faultsBetween,
  names: () => [],
  isAddress: () => false,
  embedEntry: (entry, files) => embed(entry as z.output<typeof entrySchema>, files),
  toolNames: ["read_file", "write_file", "list_files", "run_command"],
};

function partsNotMade({ options }: { options: unknown }): FormatFault[] {
  const { image, network } = (options ?? {}) as { image?: unknown; network?: unknown };
  const faults: FormatFault[] = [];
  if (typeof image === "string") {
    const message = `the image ${image} cannot be used: this build starts no containers, and runs nothing else in its place`;
    faults.push({ path: ["environment_options", "image"], message, isNotYet: true });
  }
  if (network === "none") {
    const message = "a workspace without a network cannot be made yet; this build has inherit";
    faults.push({ path: ["environment_options", "network"], message, isNotYet: true });
  }
  return faults;
}

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
