// The port of assertions: claims about the world or about what the agent said. Each kind is one file that parses its
// fields, names what must be observed, and judges an observation. Judging is pure.

import { z } from "zod";
import { number, text } from "../core/document-value.ts";
import type { AgentEnding } from "../core/tool.ts";
import type { FilesBeside } from "../environments/environment-format.ts";
import type { Observation, Subject } from "../environments/observation.ts";
import type { Judgement, Judgements } from "./judge.ts";

/** Fields that every assertion has. */
export const assertionFields = {
  weight: number(z.number().positive().max(1e9)).default(1),
  invariant: z.boolean().default(false),
  name: text(z.string().min(1).max(200)).optional(),
};

export type Assertion = {
  type: string;
  weight: number;
  /** Must stay true: earns nothing, and the score is 0 if it does not hold. */
  invariant: boolean;
  name?: string | undefined;
  /** Line in the benchmark file, from 1; 0 if it did not come from a file. */
  line: number;
  /** The fields of its kind, parsed. */
  fields: unknown;
};

/** What there is to judge by. `ending` is null before the agent has acted. */
export type Moment = {
  start: Observation;
  now: Observation;
  ending: AgentEnding | null;
  /** What judges said of the answer; absent where none were asked. */
  judgements?: Judgements;
};

export type Verdict = {
  held: boolean;
  /** How much of its weight it earns, 0 to 1, for kinds that know more than all or nothing. */
  share?: number;
  /** What is asked for and what was found, as short text: a number's digits where it is one. */
  expected: string;
  actual: string;
  /** Whose verdict it is and what it cost, where a model was asked. */
  judgement?: Judgement;
};

export type AssertionKind = {
  /** The list of `ground_truth` in which it stands. */
  list: "final_state_assertions" | "answer_assertions";
  environments: readonly string[] | "all";
  /** All its fields, the common ones and `type` included. */
  schema: z.ZodObject;
  /** The fields with the contents of the files that they name; absent where they name none. */
  embed?(fields: unknown, files: FilesBeside): unknown;
  /** What must be observed to judge it. */
  subjects(fields: unknown): Subject[];
  /** The claim in words, as the score's breakdown shows it. */
  claim(fields: unknown): string;
  judge(fields: unknown, moment: Moment): Verdict;
};

/** Declares a kind of assertion; its functions get the fields as the schema parsed them. */
export function defineAssertion<Schema extends z.ZodObject>(kind: {
  list: AssertionKind["list"];
  environments: AssertionKind["environments"];
  schema: Schema;
  embed?: (fields: z.output<Schema>, files: FilesBeside) => z.output<Schema>;
  subjects: (fields: z.output<Schema>) => Subject[];
  claim: (fields: z.output<Schema>) => string;
  judge: (fields: z.output<Schema>, moment: Moment) => Verdict;
}): AssertionKind {
  const { embed } = kind;
  return {
    list: kind.list,
    environments: kind.environments,
    schema: kind.schema,
    ...(embed === undefined
      ? {}
      : { embed: (fields: unknown, files: FilesBeside) => embed(fields as z.output<Schema>, files) }),
    subjects: (fields) => kind.subjects(fields as z.output<Schema>),
    claim: (fields) => kind.claim(fields as z.output<Schema>),
    judge: (fields, moment) => kind.judge(fields as z.output<Schema>, moment),
  };
}
