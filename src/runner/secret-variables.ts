// Which of the variables that a runner was handed are secrets, whose values are masked in all that is recorded.

import { secretsAmong } from "../protocol/mask-secrets.ts";
import type { Assignment } from "../protocol/spec.ts";

/** The secrets of a benchmark's runner: what looks like one, and what it was handed because somebody needs it. */
export function secretsOf({ spec, env }: Pick<Assignment, "env" | "spec">): Record<string, string> {
  const { agent, subject } = spec.queued?.data ?? {};
  return secretsAmong(env, [...(agent?.needs ?? []), ...(subject?.needs ?? [])]);
}
