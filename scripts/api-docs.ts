// The generated parts of docs/api.md: the table of routes, what each takes and answers, and the examples.

import { readdirSync, readFileSync } from "node:fs";
import { z } from "zod";
import { routeNames, routes } from "../src/protocol/http.ts";
import type { RouteSpec } from "../src/protocol/http-route.ts";
import { table } from "./markdown-table.ts";

const examples = new URL("../docs/api/examples/", import.meta.url);

/** Name of the mark in docs/api.md, and what stands there. */
export function apiParts(): { page: string; name: string; text: string }[] {
  return [
    { page: "api.md", name: "routes", text: routeTables() },
    { page: "api.md", name: "examples", text: exampleSections() },
  ];
}

function routeTables(): string {
  const groups = Map.groupBy(routeNames, (name) => routes[name].group);
  const sections = [...groups].map(([group, names]) => {
    const rows = names.map((name) => rowOf(name, routes[name]));
    return `### ${group[0]?.toUpperCase()}${group.slice(1)}\n\n${table(["route", "does", "takes", "scope"], rows)}`;
  });
  return sections.join("\n\n");
}

function rowOf(name: string, route: RouteSpec): string[] {
  const { method, path, summary, scope } = route;
  const accepts = (route.also ?? []).filter((type) => type !== "text/event-stream").map((type) => `\`${type}\``);
  const notes = [...(accepts.length === 0 ? [] : [`also ${accepts.join(", ")}`])];
  const does = [summary, ...notes].join("; ");
  return [`\`${method.toUpperCase()} ${path}\``, `${does} (\`${name}\`)`, takes(route), scope];
}

function takes({ query, body, isIdempotent, bodyTypes = [] }: RouteSpec): string {
  const parts = [
    ...(query === undefined ? [] : Object.keys(query.shape).map((field) => `\`?${field}\``)),
    ...(body instanceof z.ZodObject ? Object.keys(body.shape).map((field) => `\`${field}\``) : []),
    ...bodyTypes.slice(0, 1).map((type) => `a body of \`${type}\``),
    ...(isIdempotent ? ["`Idempotency-Key`"] : []),
  ];
  return parts.join(" ") || "–";
}

function exampleSections(): string {
  const names = readdirSync(examples).sort();
  return names
    .map((name) => `#### ${name.replace(/\.json$/, "").replaceAll("-", " ")}\n\n\`\`\`json\n${read(name)}\`\`\``)
    .join("\n\n");
}

function read(name: string): string {
  return readFileSync(new URL(name, examples), "utf8");
}
