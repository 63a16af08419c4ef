// The file formats of all environments that this build has, by name.

import type { EnvironmentFormat } from "./environment-format.ts";
import { solanaFormat } from "./solana/format.ts";

export const environmentFormats: Readonly<Record<string, EnvironmentFormat>> = { solana: solanaFormat };

/** Environments that the format names and this build does not have. */
export const environmentsNotYet: readonly string[] = ["text", "workspace"];
