// What a runner writes down about a user's program (`program.json`), so that whoever concludes the attempt can see that
// it is gone.

import { z } from "zod";
import { placeSchema, processSchema } from "../core/events.ts";

/** Written before the program's first instruction, and once more when `entry` is known. */
export const programFactsSchema = z.looseObject({
  v: z.literal(1),
  containment: z.enum(["pidns", "sweep"]),
  /** Why it is not a stronger containment; null if it is. */
  why: z.string().nullable(),
  /** Value of RUNLEDGER_TAG in the program's environment. */
  tag: z.string(),
  place: placeSchema,
  /** `unshare`, under `pidns`. */
  outer: processSchema.nullable(),
  /** PID 1 of the namespace as seen from outside, under `pidns`. When it is gone, so is everything in there. */
  init: processSchema.nullable(),
  /** The namespace itself, as `/proc/<pid>/ns/pid` of its processes names it, under `pidns`. */
  namespace: z.string().nullable(),
  /** The process that the runner started for the program: `nsenter` under `pidns`, else the program itself. */
  entry: processSchema.nullable(),
  startedAt: z.string(),
});
export type ProgramFacts = z.infer<typeof programFactsSchema>;
