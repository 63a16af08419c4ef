// What a provider wants back unchanged with the model's next turn, as the port's `opaque` value: the parts of the
// answer in their order, with what the provider attached to them (signatures of thoughts, ids of its own). It is kept
// only where something was attached, and given back only to the provider that it came from.

import { z } from "zod";
import type { Json } from "../core/document-value.ts";

const meta = z.record(z.string(), z.record(z.string(), z.unknown())).optional();
const opaqueSchema = z.object({
  provider: z.string(),
  parts: z.array(
    z.union([
      z.object({ type: z.enum(["reasoning", "text"]), text: z.string(), meta }),
      z.object({ type: z.literal("call"), callId: z.string(), meta }),
    ]),
  ),
});

/** A part of what a model said; calls are named, their arguments stand in the message. */
export type SaidPart = z.infer<typeof opaqueSchema>["parts"][number];

/** The parts as an `opaque` value; undefined where nothing is attached to any. */
export function opaqueOf(provider: string, parts: readonly SaidPart[]): Json | undefined {
  if (parts.every((part) => part.meta === undefined)) return undefined;
  return JSON.parse(JSON.stringify({ provider, parts })) as Json;
}

/** The parts in an `opaque` value; null where it is missing, of another provider, or none of ours. */
export function parseOpaque(opaque: Json | undefined, provider: string): SaidPart[] | null {
  const parsed = opaqueSchema.safeParse(opaque);
  return parsed.success && parsed.data.provider === provider ? parsed.data.parts : null;
}
