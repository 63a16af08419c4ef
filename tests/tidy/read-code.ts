// Reads a source file with a real parser and keeps what the tidy rules ask about: imports, functions, test calls.
import type * as ESTree from "oxc-parser";
import { parseSync, Visitor } from "oxc-parser";

/** A file of the project; `path` is relative to its root, with slashes. */
export type ProjectFile = { path: string; text: string };

/** A function with its first line and its length in lines; `ownLines` leaves out the functions within it. */
export type FoundFunction = { line: number; lines: number; ownLines: number };

/** What the rules ask about one file. Everything carries the line it stands on. */
export type Code = {
  /** Static, dynamic, re-exporting and type-only imports alike. */
  imports: { specifier: string; line: number; isDynamic: boolean }[];
  functions: FoundFunction[];
  defaultExports: { line: number }[];
  /** Property accesses by name, `test.skip` as `skip`. */
  properties: { name: string; line: number }[];
  /** Each `new Promise` that a timer resolves and nothing else does. */
  sleeps: { line: number }[];
};

type Span = { start: number; end: number };

const codeOf = new WeakMap<ProjectFile, Code>();

/** Whether the rules about code apply to a file. */
export function isCode(file: ProjectFile): boolean {
  return /\.(tsx?|mjs)$/.test(file.path);
}

/** Parses a file, once. Throws on a file that is not valid TypeScript. */
export function readCode(file: ProjectFile): Code {
  const known = codeOf.get(file);
  if (known) return known;
  const { program, errors } = parseSync(file.path, file.text);
  const [error] = errors;
  if (error) throw new Error(`${file.path}: ${error.message}`);
  const lineAt = lineFinder(file.text);
  const code: Code = { imports: [], functions: [], defaultExports: [], properties: [], sleeps: [] };
  const functions: Span[] = [];
  const importFrom = (source: { type: string; start: number; value?: unknown } | null, isDynamic = false) => {
    if (typeof source?.value !== "string") return;
    code.imports.push({ specifier: source.value, line: lineAt(source.start), isDynamic });
  };
  new Visitor({
    ImportDeclaration: (node) => importFrom(node.source),
    ExportNamedDeclaration: (node) => importFrom(node.source),
    ExportAllDeclaration: (node) => importFrom(node.source),
    ImportExpression: (node) => importFrom(node.source, true),
    TSImportType: (node) => importFrom(node.source),
    ExportDefaultDeclaration: (node) => code.defaultExports.push({ line: lineAt(node.start) }),
    ExportSpecifier: (node) => {
      const name = node.exported.type === "Literal" ? node.exported.value : node.exported.name;
      if (name === "default") code.defaultExports.push({ line: lineAt(node.start) });
    },
    MemberExpression: (node) => {
      if (node.property.type === "Identifier" && !node.computed) {
        code.properties.push({ name: node.property.name, line: lineAt(node.property.start) });
      }
    },
    NewExpression: (node) => {
      if (isSleep(node)) code.sleeps.push({ line: lineAt(node.start) });
    },
    FunctionDeclaration: (node) => functions.push(node),
    FunctionExpression: (node) => functions.push(node),
    ArrowFunctionExpression: (node) => functions.push(node),
  }).visit(program);
  code.functions = measure(functions, lineAt);
  codeOf.set(file, code);
  return code;
}

/** `new Promise((resolve) => setTimeout(resolve, 50))`, with or without braces: nothing but time passes in it. */
function isSleep({ callee, arguments: [executor] }: ESTree.NewExpression): boolean {
  if (callee.type !== "Identifier" || callee.name !== "Promise") return false;
  if (executor?.type !== "ArrowFunctionExpression" && executor?.type !== "FunctionExpression") return false;
  const [resolve] = executor.params;
  const call = onlyExpression(executor);
  if (resolve?.type !== "Identifier" || call?.type !== "CallExpression") return false;
  if (call.callee.type !== "Identifier" || call.callee.name !== "setTimeout") return false;
  const [callback] = call.arguments;
  const inner = callback?.type === "ArrowFunctionExpression" ? onlyExpression(callback) : undefined;
  const resolver = inner?.type === "CallExpression" ? inner.callee : callback;
  return resolver?.type === "Identifier" && resolver.name === resolve.name;
}

/** The expression that is the whole body of a function, if it is only one. */
function onlyExpression({ body }: ESTree.ArrowFunctionExpression | ESTree.Function): ESTree.Expression | undefined {
  if (body?.type !== "BlockStatement") return body ?? undefined;
  const [first, ...others] = body.body;
  return first?.type === "ExpressionStatement" && others.length === 0 ? first.expression : undefined;
}

/** A function that gives the line, from 1, of an offset. */
function lineFinder(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

/** Lengths of functions; the lines of the outermost functions inside one are not among its own. */
function measure(spans: Span[], lineAt: (offset: number) => number): FoundFunction[] {
  return spans.map((outer) => {
    const line = lineAt(outer.start);
    const lines = lineAt(outer.end) - line + 1;
    const within = spans.filter((span) => span !== outer && span.start >= outer.start && span.end <= outer.end);
    const children = within.filter((span) => !within.some((other) => other !== span && contains(other, span)));
    const inner = children.reduce((sum, { start, end }) => sum + lineAt(end) - lineAt(start), 0);
    return { line, lines, ownLines: lines - inner };
  });
}

function contains(outer: Span, inner: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}
