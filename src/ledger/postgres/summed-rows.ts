// What a group adds to sums, one row a key: runs of a group mostly count under the same few keys, and what is added up
// here is neither sent nor parsed.

/** The rows of each key as one, with their sums; none for a key whose sums are all 0. In the order of their first rows. */
export function summedRows<Row extends Record<keyof Row, string | number>>(
  rows: readonly Row[],
  of: { key: readonly (keyof Row)[]; sums: readonly (keyof Row)[] },
): Row[] {
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const key = keyText(row, of.key);
    const sum = byKey.get(key);
    if (sum === undefined) byKey.set(key, { ...row });
    else for (const column of of.sums) sum[column] = (Number(sum[column]) + Number(row[column])) as Row[keyof Row];
  }
  return [...byKey.values()].filter((row) => of.sums.some((column) => row[column] !== 0));
}

/** No two keys share a text: each value comes with its length. */
function keyText<Row extends Record<keyof Row, string | number>>(row: Row, columns: readonly (keyof Row)[]): string {
  let text = "";
  for (const column of columns) {
    const value = String(row[column]);
    text += `${value.length}:${value}`;
  }
  return text;
}
