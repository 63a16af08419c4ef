// What a bench has found, in one form for all of them, so that one table can show it.

export type Row = {
  what: string;
  /** As it is shown, with its unit and spread. */
  figure: string;
  /** Against the reference that was measured in the same run; null where there is none. */
  ratio: number | null;
  /** The budget in words and whether it is met; null where there is none. */
  budget: { words: string; isMet: boolean } | null;
};

export type Report = { title: string; rows: Row[] };

/** A row that no budget speaks of. */
export function row(what: string, figure: string, ratio: number | null = null): Row {
  return { what, figure, ratio, budget: null };
}

/** `12.3 ms (11.9-14.0)`: the median and the quartiles. */
export function spread({ median, low, high }: { median: number; low: number; high: number }, unit = "ms"): string {
  return `${short(median)} ${unit} (${short(low)}-${short(high)})`;
}

/** Three digits that count. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

/** The report as lines of text, in columns. */
export function reportLines({ title, rows }: Report): string[] {
  const cells = rows.map(({ what, figure, ratio, budget }) => [
    what,
    figure,
    ratio === null ? "" : `${ratio.toFixed(2)} x`,
    budget === null ? "" : `${budget.isMet ? "met" : "NOT MET"}: ${budget.words}`,
  ]);
  const width = (column: number): number => Math.max(...cells.map((line) => line[column]?.length ?? 0));
  const widths = [width(0), width(1), width(2)];
  return [
    title,
    ...cells.map((line) => `  ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join("  ")}`.trimEnd()),
  ];
}
