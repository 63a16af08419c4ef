// The generated parts of docs/tools.md: the tools of a Solana world and the fields that its accounts are read into.

import type { Json } from "../src/core/document-value.ts";
import { describeTool, type Tool } from "../src/core/tool.ts";
import { accountFields } from "../src/environments/account-fields.ts";
import type { SolanaState } from "../src/environments/solana/state.ts";
import { solanaTools } from "../src/environments/solana/tools/solana-tools.ts";

type Parameters = {
  properties?: Record<string, { description?: string; type?: string; enum?: Json[] }>;
  required?: string[];
};

/** A heading, the description and the arguments of each tool, as an agent gets them. */
export function toolSections(): string {
  // Describing a tool asks nothing of the world that it would act in.
  return solanaTools({} as SolanaState)
    .map(toolSection)
    .join("\n\n");
}

function toolSection(tool: Tool): string {
  const { name, description, parameters } = describeTool(tool);
  const { properties = {}, required = [] } = parameters as Parameters;
  const rows = Object.entries(properties).map(([field, schema]) => {
    const isOptional = Object.hasOwn(schema, "default") || !required.includes(field);
    return `- \`${field}\`${isOptional ? " (optional)" : ""}: ${schema.description ?? ""}`;
  });
  return [`### \`${name}\``, description, ...(rows.length === 0 ? [] : [rows.join("\n")])].join("\n\n");
}

/** Field and meaning, row by row. */
export function accountFieldRows(): string[][] {
  return Object.entries(accountFields).map(([field, meaning]) => [`\`${field}\``, meaning]);
}
