// Rows of a CSV file (RFC 4180): cells may stand in quotes, and then hold commas, quotes and newlines.

export type CsvRow = { cells: string[]; line: number };

/** @param fault Makes the error of a text that is no CSV. */
export function csvRows(text: string, fault: (line: number, message: string) => Error): CsvRow[] {
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const rows: CsvRow[] = [];
  // One cell and what follows it: a quoted one ends at a lone quote, a plain one at the next comma or newline.
  const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  let row: CsvRow = { cells: [], line: 1 };
  let line = 1;
  while (cell.lastIndex < source.length) {
    const from = cell.lastIndex;
    const found = cell.exec(source);
    if (found === null) throw fault(line, "a quote stands where none may");
    const [whole, quoted, plain, end] = found;
    row.cells.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    line += whole.split("\n").length - 1;
    if (end === ",") {
      if (from + whole.length === source.length) row.cells.push("");
      else continue;
    }
    if (row.cells.length > 1 || row.cells[0] !== "") rows.push(row);
    row = { cells: [], line };
  }
  return rows;
}
