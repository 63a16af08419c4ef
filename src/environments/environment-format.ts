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

export type EnvironmentFormat = {
  /** One entry of `initial_state`. */
  stateEntry: z.ZodType;
  options: z.ZodType;
  /** What the schemas cannot say, and what this build does not run; looked at before the schemas are. */
  notYet(raw: { initialState: unknown; options: unknown }): FormatFault[];
  /** Faults between entries, of a state that fits the schemas. */
  faults(initialState: readonly unknown[]): FormatFault[];
  /** Placeholders that the initial state declares, in its order. */
  names(initialState: readonly unknown[]): string[];
  /** Whether a text can stand where an account is asked for without being a placeholder. */
  isAddress(text: string): boolean;
  /** Names of the tools that the world will offer, without `decline` and `answer`. */
  toolNames: readonly string[];
};
