import fc from "fast-check";
import { expect, test } from "vitest";
import type { Json } from "../core/document-value.ts";
import type { AgentEnding } from "../core/tool.ts";
import { assertionKinds } from "./assertion-kinds.ts";

const nothing = { accounts: {}, transactions: [] };

/** Whether the assertion holds for an answer. */
function holds(fields: { type: string } & Record<string, unknown>, ending: string | AgentEnding): boolean {
  const kind = assertionKinds[fields.type];
  if (kind === undefined) throw new Error(`no kind ${fields.type}`);
  const said: AgentEnding = typeof ending === "string" ? { how: "answered", text: ending } : ending;
  return kind.judge(kind.schema.parse(fields), { start: nothing, now: nothing, ending: said }).held;
}

function refused(fields: { type: string } & Record<string, unknown>): boolean {
  return assertionKinds[fields.type]?.schema.safeParse(fields).success === false;
}

test("Equals takes case and space around for nothing unless the file says otherwise", () => {
  expect(holds({ type: "Equals", value: "Paris" }, " paris\n")).toBe(true);
  expect(holds({ type: "Equals", value: "Paris", ignore_case: false }, "paris")).toBe(false);
  expect(holds({ type: "Equals", value: "Paris", trim: false }, "Paris ")).toBe(false);
  expect(holds({ type: "Equals", value: 42 }, "42")).toBe(true);
  expect(holds({ type: "Equals", value: "Paris" }, "Paris, France")).toBe(false);
});

test("only an answer is one: a refusal, giving up or a limit is none, whatever its text", () => {
  for (const how of ["declined", "gave_up", "limit"] as const) {
    expect(holds({ type: "Equals", value: "x" }, { how, text: "x" }), how).toBe(false);
    expect(holds({ type: "Contains", value: "x" }, { how, text: "x" }), how).toBe(false);
    expect(holds({ type: "Number", value: 1 }, { how, text: "1" }), how).toBe(false);
  }
  expect(holds({ type: "Equals", value: "x" }, { how: "finished", text: "x" })).toBe(true);
  expect(holds({ type: "Equals", value: "" }, { how: "finished", text: null })).toBe(false);
});

test("Contains asks for one part, one of several, or all of them", () => {
  expect(holds({ type: "Contains", value: "b" }, "aBc")).toBe(true);
  expect(holds({ type: "Contains", any_of: ["x", "c"] }, "abc")).toBe(true);
  expect(holds({ type: "Contains", all_of: ["a", "x"] }, "abc")).toBe(false);
  expect(refused({ type: "Contains", value: "a", any_of: ["b"] })).toBe(true);
  expect(refused({ type: "Contains", value: "" })).toBe(true);
  expect(refused({ type: "Contains" })).toBe(true);
});

test("Matches takes a group out of the answer and compares it", () => {
  const total = { type: "Matches", pattern: "total: (?P<sum>[0-9]+)" };
  expect(holds(total, "Total: 17")).toBe(true);
  expect(holds({ ...total, flags: "" }, "Total: 17")).toBe(false);
  expect(holds({ ...total, group: "sum", value: 17 }, "total: 17")).toBe(true);
  expect(holds({ ...total, group: 1, value: "18" }, "total: 17")).toBe(false);
  expect(holds({ type: "Matches", pattern: "a(b)?", group: 1 }, "a")).toBe(false);
  expect(refused({ ...total, group: 2 })).toBe(true);
  expect(refused({ ...total, group: "product" })).toBe(true);
  expect(refused({ type: "Matches", pattern: "(a" })).toBe(true);
});

test("no pattern and answer can stall the scorer", () => {
  const begunMs = performance.now();
  expect(holds({ type: "Matches", pattern: "^(a+)+$" }, `${"a".repeat(19_000)}b`)).toBe(false);
  const nested = { type: "JsonSchema", schema: { type: "string", pattern: "^(([a-z])+.)+[A-Z]([a-z])+$" } };
  expect(holds(nested, JSON.stringify("a".repeat(19_000)))).toBe(false);
  expect(performance.now() - begunMs).toBeLessThan(5_000);
});

test("Number takes the one number of the answer, and does not guess between two", () => {
  const is = (value: number, answer: string, rest = {}) => holds({ type: "Number", value, ...rest }, answer);
  expect(is(42, "42")).toBe(true);
  expect(is(42, "The answer is 42.")).toBe(true);
  expect(is(1234.5, "1,234.5 euros")).toBe(true);
  expect(is(-3, "\u22123")).toBe(true);
  expect(is(1e6, "1e6")).toBe(true);
  expect(is(42, "42, so 42")).toBe(true);
  expect(is(42, "42 or 43")).toBe(false);
  expect(is(42, "forty-two")).toBe(false);
  expect(is(0, "")).toBe(false);
});

test("Number's tolerance holds at its ends, absolute and relative", () => {
  const is = (answer: string, rest = {}) => holds({ type: "Number", value: 200, tolerance: 0.5, ...rest }, answer);
  expect([is("199.5"), is("200.5"), is("199.49"), is("200.51")]).toEqual([true, true, false, false]);
  const share = { relative: true, tolerance: 0.01 };
  expect([is("198", share), is("202", share), is("197.9", share)]).toEqual([true, true, false]);
  const about = (value: number, rest = {}) => ({ type: "Number", value, tolerance: 0.1, ...rest });
  expect([holds(about(1), "1.1"), holds(about(1), "1.10001")]).toEqual([true, false]);
  expect([holds(about(0.3), "0.4"), holds(about(0.3), "0.2"), holds(about(0.3), "0.41")]).toEqual([true, true, false]);
  expect([holds(about(0.3, { relative: true }), "0.33"), holds(about(0.3, { relative: true }), "0.34")]).toEqual([
    ...[true, false],
  ]);
  expect([holds(about(200, { tolerance: 5 }), "210"), holds(about(1), "1e999")]).toEqual([false, false]);
  expect(holds({ type: "Number", value: 0.3 }, "0.30000000000000004")).toBe(false);
  expect(holds(about(4e15, { tolerance: 1 }), "4000000000000002")).toBe(false);
  expect(holds({ type: "Number", value: "7" }, "7")).toBe(true);
  expect(refused({ type: "Number", value: "seven" })).toBe(true);
});

test("JsonSchema judges form and value, in a fenced block too", () => {
  const schema = { type: "object", required: ["total"], properties: { total: { type: "integer" } } };
  const asked = { type: "JsonSchema", schema };
  expect(holds(asked, '{"total": 3}')).toBe(true);
  expect(holds(asked, '```json\n{"total": 3}\n```')).toBe(true);
  expect(holds(asked, '{"total": 3.5}')).toBe(false);
  expect(holds(asked, "total is 3")).toBe(false);
  expect(holds({ ...asked, path: "total", equals: 3 }, '{"total": 3}')).toBe(true);
  expect(holds({ ...asked, path: "total", equals: 4 }, '{"total": 3}')).toBe(false);
  expect(holds({ type: "JsonSchema", schema: true, path: "a.1.b", equals: [1] }, '{"a": [0, {"b": [1]}]}')).toBe(true);
  expect(holds({ type: "JsonSchema", schema: true, path: "constructor", equals: 1 }, "{}")).toBe(false);
});

test("JSON that nests without end is no JSON, and breaks no scorer", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  const deep = (equals: Json) => ({ type: "JsonSchema", schema: true, equals });
  for (const depth of [65, 5_000, 200_000]) {
    expect(holds(deep([]), nested(depth)), String(depth)).toBe(false);
    expect(holds({ type: "JsonSchema", schema: { uniqueItems: true } }, nested(depth)), String(depth)).toBe(false);
  }
  const map = (depth: number) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;
  expect(holds(deep(1), map(5_000))).toBe(false);
  expect(holds(deep(JSON.parse(nested(64))), nested(64))).toBe(true);
  expect(refused(deep(JSON.parse(nested(65))))).toBe(true);
});

test("a schema of which a part would not be judged is refused by that part's name", () => {
  expect(refused({ type: "JsonSchema", schema: { typ: "object" } })).toBe(true);
  expect(refused({ type: "JsonSchema", schema: { properties: { a: { format: "email" } } } })).toBe(true);
  expect(refused({ type: "JsonSchema", schema: { $ref: "https://example.org/x" } })).toBe(true);
  expect(refused({ type: "JsonSchema", schema: { pattern: "(?=x)" } })).toBe(true);
  expect(refused({ type: "JsonSchema" })).toBe(true);
});

test("each keyword of JSON Schema takes what it should and nothing else", () => {
  const cases: [schema: Json, fits: Json[], fails: Json[]][] = [
    [{ type: ["integer", "null"] }, [1, null, 2.0], [1.5, "1", true]],
    [{ enum: ["a", { b: 1 }] }, ["a", { b: 1 }], ["b", { b: 2 }]],
    [{ const: [1] }, [[1]], [[1, 1], 1]],
    [{ minimum: 1, exclusiveMaximum: 3 }, [1, 2.9, "x"], [0.9, 3]],
    [{ maximum: 3, exclusiveMinimum: 1 }, [3, 1.1], [1, 3.1]],
    [{ multipleOf: 0.1 }, [0.3, 1], [0.35]],
    [{ minLength: 2, maxLength: 3 }, ["ab", "😀😀😀", 1], ["a", "abcd"]],
    [{ pattern: "^a" }, ["ab", 1], ["ba"]],
    [{ items: { type: "string" }, minItems: 1, maxItems: 2 }, [["a"], "x"], [[], ["a", 1], ["a", "b", "c"]]],
    [
      { prefixItems: [true, { const: 2 }], items: false },
      [[1, 2], [1]],
      [
        [1, 3],
        [1, 2, 3],
      ],
    ],
    [{ contains: { const: 1 } }, [[0, 1]], [[0], []]],
    [
      { uniqueItems: true },
      [[1, 2]],
      [
        [1, 1],
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      ],
    ],
    [{ required: ["a"], additionalProperties: false, properties: { a: true } }, [{ a: 1 }, 1], [{}, { a: 1, b: 1 }]],
    [{ minProperties: 1, maxProperties: 1 }, [{ a: 1 }], [{}, { a: 1, b: 1 }]],
    [{ anyOf: [{ const: 1 }, { const: 2 }] }, [1, 2], [3]],
    [{ oneOf: [{ minimum: 1 }, { minimum: 2 }] }, [1], [0, 2]],
    [{ allOf: [{ minimum: 1 }, { maximum: 2 }] }, [1, 2], [0, 3]],
    [{ not: { const: 1 } }, [2], [1]],
    [{ $ref: "#/$defs/n", $defs: { n: { type: "number" } } }, [1], ["1"]],
    [{ type: "object", properties: { next: { $ref: "#" } } }, [{ next: { next: {} } }], [{ next: 1 }]],
    [false, [], [1, null]],
  ];
  for (const [schema, fits, fails] of cases) {
    const isFit = (value: Json) => holds({ type: "JsonSchema", schema }, JSON.stringify(value));
    for (const value of fits) expect(isFit(value), `${JSON.stringify(schema)} ${JSON.stringify(value)}`).toBe(true);
    for (const value of fails) expect(isFit(value), `${JSON.stringify(schema)} ${JSON.stringify(value)}`).toBe(false);
  }
});

test("a schema that refers to itself without end is no fit, and no hang", () => {
  expect(holds({ type: "JsonSchema", schema: { $ref: "#" } }, "1")).toBe(false);
});

test("no text makes a scorer of answers throw", () => {
  const asked = [
    { type: "Equals", value: "x" },
    { type: "Contains", value: "x" },
    { type: "Matches", pattern: "x(y)?", group: 1 },
    { type: "Number", value: 1 },
    { type: "JsonSchema", schema: { type: "object" }, path: "a.b", equals: 1 },
    { type: "Declined", reason_pattern: "x" },
  ];
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.json()), (text) => {
      for (const fields of asked) expect(typeof holds(fields, text)).toBe("boolean");
    }),
  );
});
