// Statements that write and need nothing of each other, sent as one: each of its own would be a message to the server
// and an answer from it, and for a single run those cost more than the rows.

export type Statement = { text: string; values: unknown[] };

/** Texts by those that they are made of; groups write the same few tables again and again. */
const composed = new Map<string, string>();

/** All of them or none are done, in no order. At least one. */
export function oneStatement(statements: readonly Statement[]): Statement {
  const [first] = statements;
  if (first !== undefined && statements.length === 1) return first;
  const key = statements.map(({ text }) => text).join(";\n");
  let text = composed.get(key);
  if (text === undefined) {
    text = compose(statements);
    composed.set(key, text);
  }
  return { text, values: statements.flatMap(({ values }) => values) };
}

function compose(statements: readonly Statement[]): string {
  let before = 0;
  const parts = statements.map(({ text, values }, index) => {
    const own = text.replace(/\$(\d+)/g, (_, number) => `$${Number(number) + before}`);
    before += values.length;
    return `done_${index + 1} AS (${own})`;
  });
  return `WITH ${parts.join(",\n")} SELECT 1 AS done`;
}
