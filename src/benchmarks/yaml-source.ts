// Reads YAML 1.2 as data: whole numbers as BigInt, every value with its place in the file, everything limited.

import { type Document, isCollection, isMap, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import { RunledgerError } from "../core/errors.ts";
import type { Path, Source } from "./faults.ts";

export type YamlSource = Source & { value: unknown };
/** A node with its place in the text. */
type ParsedNode = { range?: [number, number, number] | null };

export const yamlLimits = {
  /** Size of one file, in UTF-16 code units. */
  charsMax: 256 * 1024,
  /** Nesting of maps and lists. */
  depthMax: 32,
  /** Times that aliases may be expanded, all together. */
  aliasesMax: 50,
} as const;

/** @throws `benchmark.invalid` naming file, line and column, for anything that is not one plain YAML document. */
export function readYaml(text: string, file: string): YamlSource {
  if (text.length > yamlLimits.charsMax) {
    throw invalid(file, 1, 1, `the file has ${text.length} characters; at most ${yamlLimits.charsMax} are read`);
  }
  const lines = new LineCounter();
  const document = parseWithin(text, file, lines);
  const fault = document.errors[0] ?? document.warnings[0];
  if (fault !== undefined) throw invalidAt(file, lines, fault.pos[0], fault.message);
  checkNode(document.contents, 1, (at, message) => {
    throw invalidAt(file, lines, at.range?.[0] ?? 0, message);
  });
  const value = expanded(document, file);
  return {
    file,
    value,
    valueAt: (path) => valueAt(value, path),
    positionOf: (path, atKey) => positionIn(document, lines, path, atKey),
  };
}

function parseWithin(text: string, file: string, lineCounter: LineCounter) {
  try {
    return parseDocument(text, {
      version: "1.2",
      intAsBigInt: true,
      prettyErrors: false,
      lineCounter,
      logLevel: "error",
    });
  } catch (error) {
    // The parser recurses; text that is nothing but opening brackets ends its stack before the depth can be counted.
    if (error instanceof RangeError) throw invalid(file, 1, 1, `nested deeper than ${yamlLimits.depthMax} levels`);
    throw error;
  }
}

/**
 * Refuses what is too deep, keys that JavaScript objects cannot carry, and numbers whose text is not the number: `007`
 * would silently become 7.
 * @param depth Of the node, the document's own value being at 1.
 */
function checkNode(node: unknown, depth: number, refuse: (at: ParsedNode, message: string) => never): void {
  if (isScalar(node)) {
    const { value, source } = node;
    if (typeof value !== "bigint" || source === undefined || source === value.toString()) return;
    refuse(node, `${source} reads as the number ${value}; write it in quotes, or as plain decimal digits`);
  }
  if (!isCollection(node)) return;
  if (depth > yamlLimits.depthMax) refuse(node, `nested deeper than ${yamlLimits.depthMax} levels`);
  for (const item of node.items) {
    if (!isPair(item)) {
      checkNode(item, depth + 1, refuse);
      continue;
    }
    const { key, value } = item;
    if (isScalar(key) && key.value === "__proto__") refuse(key, "__proto__ cannot be a key");
    checkNode(key, depth + 1, refuse);
    checkNode(value, depth + 1, refuse);
  }
}

function expanded(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: yamlLimits.aliasesMax });
  } catch (error) {
    throw invalid(file, 1, 1, `aliases cannot be expanded: ${(error as Error).message}`);
  }
}

/** The value at the path, or undefined. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inside, part) => memberOf(inside, part), value);
}

function memberOf(value: unknown, part: string | number): unknown {
  if (value === null || typeof value !== "object" || !Object.hasOwn(value, part)) return undefined;
  return (value as Record<string | number, unknown>)[part];
}

function positionIn(document: Document.Parsed, lines: LineCounter, path: readonly (string | number)[], atKey: boolean) {
  for (let depth = path.length; depth >= 0; depth -= 1) {
    const isAsked = depth === path.length;
    const offset = isAsked && atKey ? keyOffset(document, path) : nodeOffset(document, path.slice(0, depth));
    if (offset !== null) return placeOf(lines, offset);
  }
  return { line: 1, column: 1 };
}

function nodeOffset(document: Document.Parsed, path: readonly (string | number)[]): number | null {
  const node = path.length === 0 ? document.contents : document.getIn(path, true);
  return (node as { range?: [number, number, number] | null } | null | undefined)?.range?.[0] ?? null;
}

function keyOffset(document: Document.Parsed, path: readonly (string | number)[]): number | null {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return null;
  const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
  return isScalar(pair?.key) ? (pair.key.range?.[0] ?? null) : null;
}

function placeOf(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

function invalidAt(file: string, lines: LineCounter, offset: number, message: string): RunledgerError {
  const { line, column } = placeOf(lines, offset);
  return invalid(file, line, column, message);
}

function invalid(file: string, line: number, column: number, message: string): RunledgerError {
  return new RunledgerError("benchmark.invalid", `${file}:${line}:${column}: ${message}`, {
    data: { file, line, column },
  });
}
