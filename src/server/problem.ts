// Errors as RFC 9457 problem documents: the members of the catalogue, with what RFC 9457 asks for.

import type { z } from "zod";
import { type Problem, problemOf, RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import { keysAt } from "../core/schema-keys.ts";
import type { ProblemBody } from "../protocol/http-resources.ts";

/** Not to be fetched: it names the kind of problem. docs/errors.md explains each code. */
const typePrefix = "urn:runledger:problem:";

/** The problem document of anything thrown; a bug's stack is for the log and not for callers. */
export function problemBody(error: unknown, instance: string): ProblemBody {
  return problemBodyOf(problemOf(error), instance);
}

function problemBodyOf({ code, status, detail, fix, data }: Problem, instance: string): ProblemBody {
  const isBug = code === "internal.bug";
  return {
    type: `${typePrefix}${code}`,
    title: code,
    status,
    code,
    detail: isBug ? "the server met something that cannot happen; its log has more under this request's id" : detail,
    fix,
    instance,
    data: isBug ? {} : data,
  };
}

/** The problem of one id among several: it has no request of its own. */
export function problemOfId(error: unknown, id: string): ProblemBody {
  return problemBody(error, `urn:runledger:run:${encodeURIComponent(id.slice(0, 200))}`);
}

export function problemResponse(body: ProblemBody, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

/** What of a request breaks its schema, each place with its message; unknown names with the nearest valid ones. */
export function invalidRequest(
  error: z.ZodError,
  where: "path" | "query" | "body",
  { schema, given }: { schema: z.ZodType; given: unknown },
): RunledgerError {
  const issues = error.issues.slice(0, issuesMax).map((issue) => {
    const { unknown, valid } = unknownNames(issue, schema, given);
    const nearest = unknown.flatMap((name) => nearestNames(name, valid));
    const hint = unknown.map((name) => didYouMean(name, valid)).join("");
    return { path: issue.path.map(String).join("."), message: `${issue.message}${hint}`, nearest };
  });
  const words = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
  return new RunledgerError("request.invalid", `the ${where} is not as it has to be: ${words}`, {
    data: { in: where, issues },
  });
}

const issuesMax = 20;

/** Names at the place of the issue that mean nothing there, and those that would. */
function unknownNames(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  given: unknown,
): { unknown: string[]; valid: string[] } {
  if (issue.code === "unrecognized_keys") return { unknown: issue.keys, valid: keysAt(schema, issue.path) };
  const value = issue.code === "invalid_value" ? valueAt(given, issue.path) : null;
  if (issue.code !== "invalid_value" || typeof value !== "string") return { unknown: [], valid: [] };
  return { unknown: [value], valid: issue.values.map(String) };
}

function valueAt(given: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (at: unknown, key) => (at instanceof Object ? (at as Record<PropertyKey, unknown>)[key] : null),
    given,
  );
}
