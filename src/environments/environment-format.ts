// The port of the parts of a benchmark file that an environment defines. It stands apart from the environment itself,
// because reading a file must not load a virtual machine.

import type { z } from "zod";

export type FormatFault = {
  /** Where: keys and indices below the benchmark's top level. */
  path: (string | number)[];
  message: string;
  /** The format defines it and this build does not run it. */
  isNotYet?: boolean;
};

/** Files beside a benchmark's own, by paths relative to it. What cannot be read is thrown as `benchmark.invalid`. */
export type FilesBeside = {
  read(path: string): Uint8Array;
  /** `sha256:…` of what the file holds. */
  digest(path: string): string;
  /** All files below a folder, or the one file that the path names, in order of their paths. */
  tree(path: string): EmbeddedFile[];
  /** The files of a commit, without its history: that may hold the solution. */
  commit(repository: string, ref: string): EmbeddedFile[];
};

/** A file as a benchmark's content carries it: a run needs nothing that lies beside the ledger. */
export type EmbeddedFile = {
  /** Relative, with `/`. */
  path: string;
  executable: boolean;
  /** Its bytes: as text where that is UTF-8, else in base64. */
  content: { text: string } | { base64: string };
};

export type EnvironmentFormat = {
  /** One entry of `initial_state`. */
  stateEntry: z.ZodType;
  options: z.ZodType;
  /** What this build does not run; looked at before the schemas are. */
  notYet(raw: { initialState: unknown; options: unknown }): FormatFault[];
  /** Faults between entries, of a state that fits the schemas. */
  faults(initialState: readonly unknown[]): FormatFault[];
  /** Placeholders that the initial state declares, in its order. */
  names(initialState: readonly unknown[]): string[];
  /** Whether a text can stand where an account is asked for without being a placeholder. */
  isAddress(text: string): boolean;
  /** One entry with the contents of the files that it names; absent where entries name none. */
  embedEntry?(entry: unknown, files: FilesBeside): unknown;
  /** The options, likewise. */
  embedOptions?(options: unknown, files: FilesBeside): unknown;
  /** Names of the tools that the world will offer, without `decline` and `answer`. */
  toolNames: readonly string[];
};
