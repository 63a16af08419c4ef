// Programs as `exec` queues them, for benches of what happens around a program.

import { tmpdir } from "node:os";
import { effectiveLimits } from "../src/core/limits.ts";
import type { Place } from "./place.ts";

/** A program with its arguments, without limits. */
export function program(argv: string[]): Parameters<Place["queue"]>[0] {
  const id = `exec ${argv[0]}`.slice(0, 100);
  const shown = { argv, cwd: tmpdir(), cleanEnv: false };
  const content = { v: 1 as const, kind: "command" as const, id, public: shown, secret: {} };
  return { kind: "command", content, agent: null, minScore: null, limits: effectiveLimits("command"), seed: null };
}
