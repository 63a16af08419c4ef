// Whose fault an error is. Errors of a run are data in its record, so each is caught where its origin is known.

import { type ErrorCode, RunledgerError } from "../core/errors.ts";
import type { ErrorOrigin, RunError } from "../core/events.ts";

/** An error on its way to the record, with its origin. */
export class Blamed extends Error {
  readonly origin: ErrorOrigin;

  constructor(origin: ErrorOrigin, cause: unknown) {
    super(`${origin} failed`, { cause });
    this.origin = origin;
  }
}

/** Does the work; what it throws is blamed on the origin, unless somebody closer to the cause was blamed already. */
export async function blame<T>(origin: ErrorOrigin, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Blamed ? error : new Blamed(origin, error);
  }
}

const codeOfOrigin: Partial<Record<ErrorOrigin, ErrorCode>> = {
  agent: "agent.failed",
  benchmark: "benchmark.invalid",
  environment: "environment.failed",
  scorer: "scorer.failed",
  provider: "provider.failed",
};

/** The error as the record holds it. What is no expected failure gets its origin's code. */
export function runErrorOf(error: unknown): RunError {
  const origin = error instanceof Blamed ? error.origin : "runner";
  const cause = error instanceof Blamed ? error.cause : error;
  if (cause instanceof RunledgerError) return { ...cause.data, code: cause.code, origin, message: cause.message };
  const message = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
  return { code: codeOfOrigin[origin] ?? "runner.crashed", origin, message };
}
