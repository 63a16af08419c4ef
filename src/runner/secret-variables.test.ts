import { expect, test } from "vitest";
import type { Assignment } from "../protocol/spec.ts";
import { secretsOf } from "./secret-variables.ts";

function secretsAmong(env: Record<string, string>): string[] {
  const queued = { data: { agent: { needs: Object.keys(env) }, subject: {} } };
  return Object.keys(secretsOf({ env, spec: { queued } as unknown as Assignment["spec"] }));
}

test("what an agent was handed is a secret, whatever its name", () => {
  const keys = {
    ZAI_API_KEY: "2f6b.77x",
    GATEWAY: "sk-local-1",
    LOGIN: "correcthorsebatterystaple",
    DB_PASSWORD: "swordfish",
  };
  expect(secretsAmong(keys)).toEqual(expect.arrayContaining(Object.keys(keys)));
});

test("a plain word or number is none, since masking it everywhere would leave events that cannot be read", () => {
  expect(secretsAmong({ LOG_LEVEL: "info", AGENT_ROLE: "assistant", NODE_ENV: "production", RETRIES: "1000" })).toEqual(
    [],
  );
});
