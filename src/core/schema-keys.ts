// Which keys a schema has at a place, for the message that refuses another one.

import { z } from "zod";

/** The keys that are valid where the path leads in the schema. */
export function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): string[] {
  const bare = unwrapped(schema);
  const [first, ...rest] = path;
  if (bare instanceof z.ZodObject) {
    if (first === undefined) return Object.keys(bare.shape);
    const member = (bare.shape as Record<string, z.core.$ZodType>)[String(first)];
    return member === undefined ? [] : keysAt(member, rest);
  }
  // Which member of a union was meant is not known: the keys of all are near.
  if (bare instanceof z.ZodUnion) return [...new Set(bare.options.flatMap((option) => keysAt(option, path)))];
  return bare instanceof z.ZodArray && first !== undefined ? keysAt(bare.element, rest) : [];
}

function unwrapped(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable) {
    return unwrapped(schema.def.innerType);
  }
  return schema instanceof z.ZodPipe ? unwrapped(schema.def.out) : schema;
}
