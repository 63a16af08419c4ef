// The generated parts of the docs, made from the same tables that the code runs on. scripts/write-docs.ts puts them
// between their marks; tests/docs.test.ts fails when a page says anything else.

import { z } from "zod";
import { errorCatalogue } from "../src/core/errors.ts";
import { eventCatalogue } from "../src/core/events.ts";
import { runLimits } from "../src/core/limits.ts";
import {
  type ActiveStatus,
  type AttemptFact,
  activeStatuses,
  attemptFacts,
  commandMoves,
  type FactMove,
  factMoves,
  isTerminal,
  type RunStatus,
  runCommands,
  runStatuses,
} from "../src/core/moves.ts";
import { apiParts } from "./api-docs.ts";
import { commandSections, wholeHelp } from "./cli-docs.ts";
import { formatTables } from "./format-tables.ts";
import { table } from "./markdown-table.ts";
import { accountFieldRows, toolSections } from "./tool-docs.ts";

/** Page below docs/, name of the mark in it, and what stands there. */
export type GeneratedPart = { page: string; name: string; text: string };

/** Every generated part of every page. */
export function generatedParts(): GeneratedPart[] {
  return [
    { page: "cli.md", name: "help", text: wholeHelp() },
    { page: "cli.md", name: "commands", text: commandSections() },
    { page: "errors.md", name: "errors", text: errorTable() },
    { page: "events.md", name: "events", text: eventTable() },
    { page: "run-lifecycle.md", name: "diagram", text: stateDiagram() },
    { page: "run-lifecycle.md", name: "commands", text: commandTable() },
    { page: "run-lifecycle.md", name: "facts", text: factTable() },
    { page: "run-lifecycle.md", name: "limits", text: limitTable() },
    ...formatTables().map((part) => ({ page: "benchmark-format.md", ...part })),
    { page: "tools.md", name: "solana-tools", text: toolSections() },
    ...apiParts(),
    { page: "tools.md", name: "account-fields", text: table(["field", "meaning"], accountFieldRows()) },
  ];
}

/** The page with the part between its marks; throws if the marks are not there. */
export function withPart(page: string, { name, text }: GeneratedPart): string {
  const begin = `<!-- begin ${name}: made by scripts/write-docs.ts -->\n`;
  const end = `<!-- end ${name} -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) throw new Error(`the page has no marks for ${name}: ${begin.trim()} … ${end}`);
  return `${page.slice(0, from)}${begin}\n${text}\n\n${page.slice(to)}`;
}

function errorTable(): string {
  const rows = Object.entries(errorCatalogue).map(([code, { status, when, fix }]) => [
    `\`${code}\``,
    String(status),
    when,
    fix,
  ]);
  return table(["code", "HTTP", "when", "what to do"], rows);
}

function eventTable(): string {
  const rows = Object.entries(eventCatalogue).map(([type, { v, from, what, data }]) => [
    `\`${type}\``,
    String(v),
    from,
    what,
    fieldsOf(data),
  ]);
  return table(["type", "version", "written by", "what it says", "fields"], rows);
}

function fieldsOf(schema: z.ZodObject): string {
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => {
    const isOptional = field instanceof z.ZodOptional;
    return `\`${name}${isOptional ? "?" : ""}: ${typeOf(isOptional ? (field.unwrap() as z.ZodType) : field)}\``;
  });
  return fields.length === 0 ? "none" : fields.join(", ");
}

/** The type of a field in words; objects are named by their keys. */
function typeOf(schema: z.ZodType): string {
  if (schema instanceof z.ZodNullable) return `${typeOf(schema.unwrap() as z.ZodType)} or null`;
  if (schema instanceof z.ZodArray) return `list of ${typeOf(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodRecord) return "map";
  if (schema instanceof z.ZodEnum) return schema.options.join(" / ");
  if (schema instanceof z.ZodObject) return objectType(schema);
  if (schema instanceof z.ZodNumber) return schema.isInt ? "integer" : "number";
  if (schema instanceof z.ZodString) return "text";
  if (schema instanceof z.ZodBoolean) return "boolean";
  if (schema instanceof z.ZodUnknown) return "any";
  throw new Error(`docs have no words for a field of type ${schema.def.type}`);
}

function objectType(schema: z.ZodObject): string {
  const keys = Object.keys(schema.shape);
  return keys.length === 0 ? "object" : `{${keys.join(", ")}}`;
}

function commandTable(): string {
  const rows = runStatuses.map((status) => [
    `\`${status}\``,
    ...runCommands.map((command) => {
      const move = commandMoves[status][command];
      return move === "refused" ? "409" : move === "same" ? "=" : move;
    }),
  ]);
  return table(
    ["status", ...runCommands.map((command) => (command === "forceDelete" ? "delete, forced" : command))],
    rows,
  );
}

function factTable(): string {
  const rows = activeStatuses.map((status) => [
    `\`${status}\``,
    ...attemptFacts.map((fact) => factWords(status, fact, factMoves[status][fact])),
  ]);
  return table(["status", ...attemptFacts.map((fact) => `\`${fact}\``)], rows);
}

function factWords(status: ActiveStatus, fact: AttemptFact, move: FactMove | null): string {
  if (move === null) return "–";
  if (move.to === "stays") return fact === "st" && status === "starting" ? "running" : "stays";
  const target = move.to === "limit" ? "timed_out / failed" : move.to;
  if (move.isUnasked) return `${target} (\`runner.unasked\`)`;
  if (move.unlessByCancel) return `${target}, or cancelled if the cancel caused it`;
  return move.mayRetry ? `${target} R?` : target;
}

function limitTable(): string {
  const rows = Object.entries(runLimits).map(([name, { defaults, enforcedBy, endsAs }]) => [
    `\`${name}\``,
    ...(["benchmark", "scenario", "command"] as const).map((kind) => String(defaults[kind] ?? "–")),
    enforcedBy,
    endsAs,
  ]);
  return table(["limit", "benchmark", "scenario", "command", "enforced by", "ends as"], rows);
}

/** Every way from one status to another: by a command, by a fact, and by the policy's retry. */
function stateDiagram(): string {
  const edges = new Map<string, Set<string>>();
  const add = (from: RunStatus, to: RunStatus, label: string): void => {
    const key = `${from} --> ${to}`;
    edges.set(key, (edges.get(key) ?? new Set()).add(label));
  };
  for (const from of runStatuses) {
    for (const command of runCommands) {
      const to = commandMoves[from][command];
      const isMove = (runStatuses as readonly string[]).includes(to) && command !== "forceDelete";
      if (isMove) add(from, to as RunStatus, command);
    }
  }
  add("queued", "timed_out", "queue limit");
  add("starting", "running", "first line");
  for (const from of activeStatuses) {
    for (const fact of attemptFacts) addFact(from, fact, add);
  }
  const lines = [...edges].map(([edge, labels]) => `    ${edge}: ${[...labels].join(", ")}`);
  const ends = runStatuses.filter(isTerminal).map((status) => `    ${status} --> [*]: delete`);
  return ["```mermaid", "stateDiagram-v2", "    [*] --> queued", ...lines, ...ends, "```"].join("\n");
}

function addFact(
  from: ActiveStatus,
  fact: AttemptFact,
  add: (from: RunStatus, to: RunStatus, label: string) => void,
): void {
  const move = factMoves[from][fact];
  if (move === null || move.to === "stays") return;
  for (const to of move.to === "limit" ? (["timed_out", "failed"] as const) : [move.to]) add(from, to, fact);
  if (move.unlessByCancel) add(from, "cancelled", fact);
  if (move.mayRetry) add(from, "queued", "retry by policy");
}
