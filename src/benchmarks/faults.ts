// What is wrong with a benchmark file, and where: every fault names file, line, column and the key.

import type { z } from "zod";
import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import { keysAt } from "../core/schema-keys.ts";

export type Path = readonly (string | number)[];

/** A document whose values have places: a file, or a case of one with what it takes over from the file. */
export type Source = {
  /** As it was named when it was read. */
  file: string;
  valueAt(path: Path): unknown;
  /** Which case of the file it is. */
  caseId?: string;
  /** Where the value stands, or the nearest thing around it; `atKey` asks for its key. Both from 1. */
  positionOf(path: Path, atKey: boolean): Position;
};

/** `file` where it is another one than the source's own. */
export type Position = { file?: string; line: number; column: number };

export type Fault = {
  file: string;
  line: number;
  column: number;
  path: string;
  message: string;
  nearest?: string[];
  isNotYet: boolean;
};

/** Collects the faults of one file. */
export class Faults {
  readonly #source: Source;
  readonly #found: Fault[] = [];

  constructor(source: Source) {
    this.#source = source;
  }

  /** Notes a fault at the value, or at the key itself where the key is what is wrong. */
  add(path: Path, message: string, options: { atKey?: boolean; isNotYet?: boolean; nearest?: string[] } = {}): void {
    const { line, column, file = this.#source.file } = this.#source.positionOf(path, options.atKey ?? false);
    const fault: Fault = { file, line, column, path: pathInWords(path), message, isNotYet: options.isNotYet ?? false };
    this.#found.push(options.nearest === undefined ? fault : { ...fault, nearest: options.nearest });
  }

  /** The line on which the value begins. */
  lineOf(path: Path): number {
    return this.#source.positionOf(path, false).line;
  }

  /** Notes a name that is none of the valid ones, with the nearest of these. */
  addUnknown(
    path: Path,
    what: string,
    name: string,
    valid: readonly string[],
    options: { atKey?: boolean } = {},
  ): void {
    const nearest = nearestNames(name, valid);
    this.add(path, `${what} ${JSON.stringify(name)}${didYouMean(name, valid)}`, { ...options, nearest });
  }

  /** The result of the work; what it throws is noted as a fault at the value, and the result is null. */
  attempt<T>(path: Path, work: () => T): T | null {
    try {
      return work();
    } catch (error) {
      this.add(path, (error as Error).message);
      return null;
    }
  }

  /** The value as the schema parses it, or null with its faults noted. `base` is where the value stands in the file. */
  parse<Schema extends z.ZodType>(schema: Schema, value: unknown, base: Path = []): z.output<Schema> | null {
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues) this.#addIssue(schema, issue, base);
    return null;
  }

  /**
   * @throws `benchmark.invalid` if there is any fault, or `benchmark.not-supported-yet` if all that is wrong is that
   * this build does not run it.
   */
  throwIfAny(): void {
    // A misspelt key is also a missing one; the message shows the cause.
    const isCause = ({ isNotYet, nearest = [] }: Fault) => !isNotYet && nearest.length > 0;
    const first = this.#found.find(isCause) ?? this.#found.find(({ isNotYet }) => !isNotYet) ?? this.#found[0];
    if (first === undefined) return;
    const others = this.#found.length - 1;
    const more = others === 0 ? "" : ` (and ${others} more)`;
    const key = first.path === "" ? "" : `${first.path}: `;
    const { file } = first;
    const { caseId } = this.#source;
    const ofCase = caseId === undefined ? "" : ` (case ${caseId})`;
    throw new RunledgerError(
      first.isNotYet ? "benchmark.not-supported-yet" : "benchmark.invalid",
      `${file}:${first.line}:${first.column}: ${key}${first.message}${ofCase}${more}`,
      { data: { file, line: first.line, column: first.column, nearest: first.nearest ?? [], faults: this.#found } },
    );
  }

  #addIssue(schema: z.ZodType, issue: z.core.$ZodIssue, base: Path): void {
    const below = issue.path.filter((part) => typeof part !== "symbol");
    const path = [...base, ...below];
    if (issue.code === "unrecognized_keys") {
      const valid = keysAt(schema, below);
      for (const key of issue.keys) this.addUnknown([...path, key], "unknown key", key, valid, { atKey: true });
    } else if (issue.code === "invalid_value") {
      this.#addUnlisted(path, issue.values.map(String));
    } else if (issue.code === "invalid_union" && "options" in issue && Array.isArray(issue.options)) {
      this.#addUnlisted(path, issue.options.map(String));
    } else {
      this.add(path, this.#source.valueAt(path) === undefined ? requiredOr(issue) : issue.message);
    }
  }

  #addUnlisted(path: Path, valid: readonly string[]): void {
    const given = this.#source.valueAt(path);
    const name = typeof given === "string" ? given : "";
    const message = `must be one of ${valid.join(", ")}${didYouMean(name, valid)}`;
    this.add(path, given === undefined ? "is required" : message, { nearest: nearestNames(name, valid) });
  }
}

/** A missing value breaks the type first; a refinement has its own words. */
function requiredOr(issue: z.core.$ZodIssue): string {
  return issue.code === "custom" ? issue.message : "is required";
}

/** `ground_truth.final_state_assertions[0].pubkey`. */
function pathInWords(path: Path): string {
  return path.map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`)).join("");
}
