// Text in columns on a terminal: how wide a text is there, how it is cut and padded, and tables of it.

import { plainTones } from "./tone.ts";

/** East Asian wide and fullwidth characters, and emoji, take two columns (UAX #11 and #51, the blocks in use). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

let segmenter: Intl.Segmenter | undefined;

/** Columns that the text takes on a terminal; tones take none. */
export function displayWidth(text: string): number {
  const shown = plainTones(text);
  if (isNarrow(shown)) return shown.length;
  return graphemes(shown).reduce((sum, one) => sum + graphemeWidth(one), 0);
}

/** The text filled with spaces to a width. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** The text on one line, cut to a width with an ellipsis. It must hold no tones. */
export function oneLine(text: string, width = 200): string {
  const flat = text
    .replace(/\s*\n\s*/g, " ⏎ ")
    .replaceAll("\t", " ")
    .trim();
  if (displayWidth(flat) <= width) return flat;
  let cut = "";
  let used = 0;
  for (const one of graphemes(flat)) {
    used += graphemeWidth(one);
    if (used > width - 1) break;
    cut += one;
  }
  return `${cut}…`;
}

/** Both ends of a long name: `64WJ4eHR…gkYY`. */
export function middleCut(text: string, head: number, tail: number): string {
  return text.length <= head + tail + 1 ? text : `${text.slice(0, head)}…${text.slice(-tail)}`;
}

/** Rows in columns as wide as their widest cell, two spaces apart; the last column is not padded. */
export function alignColumns(rows: readonly (readonly string[])[], gap = "  "): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [index, cell] of row.slice(0, -1).entries())
      widths[index] = Math.max(widths[index] ?? 0, displayWidth(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, index) => (index === row.length - 1 ? cell : padEnd(cell, widths[index] ?? 0)))
      .join(gap)
      .trimEnd(),
  );
}

/** Parts with ` · ` between them, on as few lines as are no wider than the terminal. */
export function wrapParts(text: string, width: number): string[] {
  const [first = "", ...parts] = text.split(" · ");
  const lines = [first];
  for (const part of parts) {
    const joined = `${lines.at(-1)} · ${part}`;
    if (displayWidth(joined) <= width) lines.splice(-1, 1, joined);
    else lines.push(part);
  }
  return lines;
}

/** One row of a tab-separated list: fields hold neither tabs nor newlines. */
export function tabRow(fields: readonly (string | number | boolean | null)[]): string {
  return fields.map((field) => (field === null ? "" : String(field).replace(/[\t\r\n]+/g, " "))).join("\t");
}

function graphemes(text: string): string[] {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

function graphemeWidth(grapheme: string): number {
  if (/^[\p{Mn}\p{Me}\p{Cf}]+$/u.test(grapheme)) return 0;
  return wide.test(grapheme) ? 2 : 1;
}

/** Latin text and the signs of our own tables: one column a character, known without loading the segmenter. */
function isNarrow(text: string): boolean {
  return /^[\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff–…→✔✘⏎]*$/.test(text);
}
