// Rows as the parameters of one statement: an array for each column, in the server's binary form. It reads such arrays
// in a third of the time that it takes for the same rows as JSON.

/** What a column holds. Whole numbers travel as bigint, whatever the width of their column. */
type ColumnKind = "bigint" | "text";

/** Object ids of the types, which are the same in every PostgreSQL. */
const oids: Record<ColumnKind, number> = { bigint: 20, text: 25 };

/** Before the elements: dimensions, whether there are NULLs, the type; length and first index of the one dimension. */
const headBytes = 20;
const lengthBytes = 4;
const bigintBytes = 8;
const highest = 2 ** 32;

type Columns<Row> = {
  /** Their names between commas. */
  readonly names: string;
  /** What gives the rows in a FROM clause, under the alias `new`; the arrays are the statement's first parameters. */
  readonly from: string;
  values(rows: readonly Row[]): ColumnArray[];
};

/** The columns of a table that a statement is given, each with what it holds. */
export function columnsOf<Row extends Record<keyof Row, string | number | null>>(
  kinds: Partial<Record<keyof Row & string, ColumnKind>>,
): Columns<Row> {
  const columns = Object.entries(kinds) as [keyof Row & string, ColumnKind][];
  const names = columns.map(([name]) => name).join(", ");
  // In the list of results the arrays are walked side by side; in FROM each would be put away whole before.
  const arrays = columns.map(([name, kind], index) => `unnest($${index + 1}::${kind}[]) AS ${name}`).join(", ");
  return {
    names,
    from: `(SELECT ${arrays}) AS new`,
    values: (rows) => columns.map(([name, kind]) => columnOf(rows, name, kind)),
  };
}

function columnOf<Row extends Record<keyof Row, string | number | null>>(
  rows: readonly Row[],
  name: keyof Row,
  kind: ColumnKind,
): ColumnArray {
  const values = rows.map((row) => row[name]);
  return new ColumnArray(kind, values);
}

/** One column of the rows. `toPostgres` is what the driver asks for. */
export class ColumnArray {
  readonly #kind: ColumnKind;
  readonly values: readonly (string | number | null)[];

  constructor(kind: ColumnKind, values: readonly (string | number | null)[]) {
    this.#kind = kind;
    this.values = values;
  }

  toPostgres(): Buffer {
    const { values } = this;
    const bytes = Buffer.allocUnsafe(headBytes + values.length * lengthBytes + this.#valueBytes());
    bytes.writeInt32BE(1, 0);
    bytes.writeInt32BE(1, 4);
    bytes.writeInt32BE(oids[this.#kind], 8);
    bytes.writeInt32BE(values.length, 12);
    bytes.writeInt32BE(1, 16);
    let at = headBytes;
    for (const value of values) {
      const length = value === null ? -1 : putValue(bytes, at + lengthBytes, value);
      bytes.writeInt32BE(length, at);
      at += lengthBytes + Math.max(length, 0);
    }
    return bytes;
  }

  #valueBytes(): number {
    let sum = 0;
    for (const value of this.values) {
      if (typeof value === "string") sum += Buffer.byteLength(value);
      else if (value !== null) sum += bigintBytes;
    }
    return sum;
  }
}

/** @returns how many bytes it takes */
function putValue(bytes: Buffer, at: number, value: string | number): number {
  if (typeof value === "string") return bytes.write(value, at);
  // Two halves: a BigInt for each number would cost as much as all else here.
  const high = Math.floor(value / highest);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * highest, at + lengthBytes);
  return bigintBytes;
}
