// The parameters that a call of a model may have, by the names of the AI SDK.

import { z } from "zod";
import type { Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";

const jsonObject = z.record(
  z.string(),
  z.custom<Json>((value) => value !== undefined),
);

const paramsSchema = z.strictObject({
  maxOutputTokens: z.number().int().positive().optional(),
  temperature: z.number().nonnegative().optional(),
  topP: z.number().min(0).max(1).optional(),
  topK: z.number().int().positive().optional(),
  presencePenalty: z.number().optional(),
  frequencyPenalty: z.number().optional(),
  seed: z.number().int().optional(),
  stopSequences: z.array(z.string()).optional(),
  reasoning: z.enum(["provider-default", "none", "minimal", "low", "medium", "high", "xhigh", "max"]).optional(),
  /** What only one provider knows, by the provider's name in the AI SDK: `{openai: {serviceTier: "flex"}}`. */
  providerOptions: z.record(z.string(), jsonObject).optional(),
});

export type ModelParams = z.infer<typeof paramsSchema>;

/** The parameters, checked. @throws `model.bad-parameter` with the name of one that is unknown or wrong. */
export function parseModelParams(params: Readonly<Record<string, Json>>): ModelParams {
  const parsed = paramsSchema.safeParse(params);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const names = Object.keys(paramsSchema.shape);
  const unknown = issue?.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : null;
  const detail =
    unknown === null
      ? `${issue?.path.join(".")}: ${issue?.message}`
      : `there is no parameter ${JSON.stringify(unknown)} of a model call${didYouMean(unknown, names)}`;
  const data = unknown === null ? { field: issue?.path.join(".") } : { nearest: nearestNames(unknown, names) };
  throw new RunledgerError("model.bad-parameter", detail, { data });
}
