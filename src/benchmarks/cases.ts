// The cases of a benchmark file: each is a benchmark of its own, made of the file's fields with the case's values in
// the place of `{{name}}`.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { FilesBeside } from "../environments/environment-format.ts";
import { csvRows } from "./csv.ts";
import { Faults, type Path, type Position, type Source } from "./faults.ts";
import { type Case, caseOverrides, caseSchema, formatLimits } from "./schema.ts";
import { valueAt } from "./yaml-source.ts";

type Fields = Record<string, unknown>;

/** One benchmark of a file: its fields, whole, and where each of them stands. */
export type CaseOfFile = { caseId: string | null; fields: Fields; source: Source };

/** A case as it was written, and where. */
type Written = { value: unknown; place: (path: Path, atKey: boolean) => Position };

/** The benchmarks of a file; one if it has no cases. @throws `benchmark.invalid` */
export function casesOf(fields: Fields, source: Source, files: FilesBeside): CaseOfFile[] {
  const { cases, cases_file: file, ...base } = fields;
  if (cases === undefined && file === undefined) return [{ caseId: null, fields, source }];
  const faults = new Faults(source);
  if (cases !== undefined && file !== undefined)
    faults.add(["cases_file"], "cannot stand beside cases", { atKey: true });
  const isList = Array.isArray(cases) && cases.length > 0 && cases.length <= formatLimits.cases;
  if (cases !== undefined && !isList) faults.add(["cases"], `must be a list of 1 to ${formatLimits.cases} cases`);
  faults.throwIfAny();
  const written = file === undefined ? listed(cases as unknown[], source) : casesInFile(file, files, faults);
  const seen = new Set<string>();
  return written.map((one) => caseOfFile(one, base, source, seen));
}

function listed(cases: readonly unknown[], source: Source): Written[] {
  return cases.map((value, index) => ({
    value,
    place: (path, atKey) => source.positionOf(["cases", index, ...path], atKey),
  }));
}

function caseOfFile({ value, place }: Written, base: Fields, file: Source, seen: Set<string>): CaseOfFile {
  const faults = new Faults({ file: file.file, valueAt: (path) => valueAt(value, path), positionOf: place });
  const parsed = faults.parse(caseSchema, value);
  if (parsed !== null && seen.has(parsed.id)) faults.add(["id"], `the id ${parsed.id} is there twice`);
  faults.throwIfAny();
  const { id, vars, metadata, ...overrides } = parsed as Case;
  seen.add(id);
  const given = Object.fromEntries(Object.entries(overrides).filter(([, field]) => field !== undefined));
  const merged = metadata === undefined ? {} : { metadata: { ...(base.metadata as Fields | undefined), ...metadata } };
  const template = { ...base, ...given, ...merged };
  const isOwn = (path: Path) => caseOverrides.some((name) => name === path[0] && (parsed as Case)[name] !== undefined);
  const source: Source = {
    file: file.file,
    caseId: id,
    valueAt: (path) => valueAt(fields, path),
    positionOf: (path, atKey) => (isOwn(path) ? place(path, atKey) : file.positionOf(path, atKey)),
  };
  const unknown = new Faults(source);
  const fields = filled(template, vars, [], unknown) as Fields;
  unknown.throwIfAny();
  return { caseId: id, fields, source };
}

const placeholder = /\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g;
const wholePlaceholder = /^\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}$/;

/** The value with variables in the place of `{{name}}`. A text that is nothing else becomes the value itself. */
function filled(value: unknown, vars: Fields, path: Path, faults: Faults): unknown {
  if (typeof value === "string") return value.includes("{{") ? filledText(value, vars, path, faults) : value;
  if (Array.isArray(value)) return value.map((item, index) => filled(item, vars, [...path, index], faults));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, filled(item, vars, [...path, key], faults)]),
  );
}

function filledText(text: string, vars: Fields, path: Path, faults: Faults): unknown {
  const named = (name: string): unknown => {
    if (Object.hasOwn(vars, name)) return vars[name];
    faults.add(path, `{{${name}}} has no value in vars${didYouMean(name, Object.keys(vars))}`);
    return "";
  };
  const whole = wholePlaceholder.exec(text)?.[1];
  if (whole !== undefined) return named(whole);
  return text.replace(placeholder, (_, name: string) => wordOf(named(name)));
}

/** A value in the midst of a text. */
function wordOf(value: unknown): string {
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function casesInFile(name: unknown, files: FilesBeside, faults: Faults): Written[] {
  const file = String(name);
  const at: Path = ["cases_file"];
  const bytes = faults.attempt(at, () => files.read(file));
  if (bytes !== null && bytes.length > formatLimits.casesFileBytes) faults.add(at, `${file} is too large`);
  if (!/\.(jsonl|csv)$/.test(file)) faults.add(at, "must end in .jsonl or .csv");
  faults.throwIfAny();
  const text = new TextDecoder().decode(bytes ?? new Uint8Array());
  const written = file.endsWith(".csv") ? casesInCsv(text, file) : casesInJsonl(text, file);
  if (written.length === 0 || written.length > formatLimits.cases) {
    faults.add(at, `${file} has ${written.length} cases; 1 to ${formatLimits.cases} are read`);
  }
  faults.throwIfAny();
  return written;
}

function casesInJsonl(text: string, file: string): Written[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    return [{ value: jsonOfLine(line, file, index + 1), place: () => ({ file, line: index + 1, column: 1 }) }];
  });
}

function jsonOfLine(line: string, file: string, number: number): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw invalid(file, number, `no JSON: ${(error as Error).message}`);
  }
}

/** The first row names the columns; one of them is `id`, the others are variables. */
function casesInCsv(text: string, file: string): Written[] {
  const [head, ...rows] = csvRows(text, (line, message) => invalid(file, line, message));
  if (head === undefined) return [];
  const at = head.cells.indexOf("id");
  if (at === -1) throw invalid(file, 1, "the first row names the columns, and none is named id");
  return rows.map(({ cells, line }) => {
    if (cells.length !== head.cells.length) {
      throw invalid(file, line, `${cells.length} cells where the first row has ${head.cells.length}`);
    }
    const vars = head.cells.flatMap((name, column) => (column === at ? [] : [[name, cells[column]]]));
    return { value: { id: cells[at], vars: Object.fromEntries(vars) }, place: () => ({ file, line, column: 1 }) };
  });
}

function invalid(file: string, line: number, message: string): RunledgerError {
  return new RunledgerError("benchmark.invalid", `${file}:${line}:1: ${message}`, { data: { file, line, column: 1 } });
}
