// The file formats of all environments that this build has, by name.

import type { EnvironmentFormat } from "./environment-format.ts";
import { solanaFormat } from "./solana/format.ts";
import { textFormat } from "./text/format.ts";
import { workspaceFormat } from "./workspace/format.ts";

export const environmentFormats: Readonly<Record<string, EnvironmentFormat>> = {
  solana: solanaFormat,
  text: textFormat,
  workspace: workspaceFormat,
};
