// Which of the variables that a runner was handed are secrets, whose values are masked in all that is recorded.

import { secretsIn } from "../protocol/mask-secrets.ts";
import type { Assignment } from "../protocol/spec.ts";

/**
 * The secrets of a benchmark's runner: what looks like one, and what it was handed because somebody needs it, unless
 * that is a plain word or number. `LOG_LEVEL=info` is no secret, and masking it everywhere would leave events that
 * cannot be read: their own words are such words.
 */
export function secretsOf({ spec, env }: Pick<Assignment, "env" | "spec">): Record<string, string> {
  const { agent, subject } = spec.queued?.data ?? {};
  const handed = [...(agent?.needs ?? []), ...(subject?.needs ?? [])].flatMap((name) => {
    const value = env[name];
    return value === undefined || isPlain(value) ? [] : [[name, value] as const];
  });
  return { ...secretsIn(env), ...Object.fromEntries(handed) };
}

/** Keys are longer, or mix letters with digits and signs. */
function isPlain(value: string): boolean {
  return /^([A-Za-z_-]{1,15}|\d{1,7})$/.test(value);
}
