// Reads a request by its route's schemas: names in the path, the query, the body. What breaks a schema is refused with
// the place; nothing is ignored.

import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { RunledgerError } from "../core/errors.ts";
import type { RouteSpec } from "../protocol/http-route.ts";
import type { GuardName } from "./auth.ts";
import { invalidRequest } from "./problem.ts";

/** One body, bytes. */
const bodyBytesMax = 1024 * 1024;

/** The names in the path. @throws RunledgerError `request.invalid` */
export function readParams(route: RouteSpec, given: Record<string, string>): unknown {
  return route.params === undefined ? {} : parse(route.params, given, "path");
}

/** The query; a list is given by commas, or by the name several times. @throws RunledgerError `request.invalid` */
export function readQuery(route: RouteSpec, search: URLSearchParams): unknown {
  const schema = route.query ?? emptyQuery;
  const given: Record<string, unknown> = {};
  for (const name of new Set(search.keys())) {
    const values = search.getAll(name);
    if (isList(schema, name)) {
      Object.defineProperty(given, name, { value: values.flatMap((value) => value.split(",")), enumerable: true });
    } else if (values.length > 1) {
      throw new RunledgerError("request.invalid", `the query has ${name} ${values.length} times`, {
        data: { in: "query" },
      });
    } else {
      Object.defineProperty(given, name, { value: values[0], enumerable: true });
    }
  }
  return parse(schema, given, "query");
}

/** The body. @throws RunledgerError `request.wrong-type`, `request.too-large`, `request.invalid` */
export async function readBody(
  route: RouteSpec,
  incoming: IncomingMessage,
  isOn: (guard: GuardName) => boolean,
): Promise<unknown> {
  const schema = route.body ?? emptyQuery;
  if (route.method === "get" || route.method === "delete") return {};
  const bytes = await readBytes(incoming, isOn("bodySize") ? bodyBytesMax : Number.POSITIVE_INFINITY);
  if (bytes.length === 0 && (route.body === undefined || route.isBodyOptional)) return parse(schema, {}, "body");
  const [type = ""] = (incoming.headers["content-type"] ?? "").toLowerCase().split(";");
  if (route.bodyTypes?.includes(type.trim())) return parse(schema, { yaml: textOf(bytes) }, "body");
  // A form or plain text is what a page of another origin may send without asking.
  if (type.trim() !== "application/json" && isOn("origin")) {
    throw new RunledgerError("request.wrong-type", `the body is ${type === "" ? "of no type" : JSON.stringify(type)}`);
  }
  return parse(schema, jsonOf(bytes), "body");
}

const emptyQuery = z.strictObject({});

function parse(schema: z.ZodType, given: unknown, where: "path" | "query" | "body"): unknown {
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidRequest(parsed.error, where, { schema, given });
}

function isList(schema: z.ZodObject, name: string): boolean {
  const field: unknown = Object.hasOwn(schema.shape, name) ? schema.shape[name] : undefined;
  return field instanceof z.ZodOptional && field.unwrap() instanceof z.ZodArray;
}

async function readBytes(incoming: IncomingMessage, bytesMax: number): Promise<Buffer> {
  if (Number(incoming.headers["content-length"] ?? 0) > bytesMax) throw tooLarge();
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of incoming as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > bytesMax) throw tooLarge();
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof RunledgerError) throw error;
    // Its sender is gone, or was cut off for being slow; nobody reads the answer.
    throw new RunledgerError("request.invalid", "the body broke off", { data: { in: "body" }, cause: error });
  }
  return Buffer.concat(parts);
}

function tooLarge(): RunledgerError {
  return new RunledgerError("request.too-large", `the body has more than ${bodyBytesMax} bytes`, {
    data: { bytesMax: bodyBytesMax },
  });
}

function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new RunledgerError("request.invalid", "the body is not UTF-8", { data: { in: "body" } });
  }
}

function jsonOf(bytes: Buffer): unknown {
  const text = textOf(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RunledgerError("request.invalid", `the body is no JSON: ${(error as Error).message}`, {
      data: { in: "body" },
    });
  }
}
