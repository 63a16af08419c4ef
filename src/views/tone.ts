// Tones of shown text, apart from the screen that it is shown on. A view marks a piece of text with a tone; the marks
// are noncharacters that no text holds by rights, and become colours on a terminal and nothing elsewhere. What agents
// wrote can therefore carry no colour that a view could not have given it, and no control character at all.

const begin = { good: "\uFDD0", bad: "\uFDD1", warn: "\uFDD2", dim: "\uFDD3", strong: "\uFDD4" } as const;
const end = "\uFDD5";

export type Tone = keyof typeof begin;

/** The text with a tone; tones do not nest. */
export function tone(name: Tone, text: string): string {
  return text === "" ? "" : `${begin[name]}${text}${end}`;
}

const marks = /[\uFDD0-\uFDD5]/g;

/** The text without its tones. */
export function plainTones(text: string): string {
  return text.replace(marks, "");
}

const escapes: Record<string, string> = {
  [begin.good]: "\x1b[32m",
  [begin.bad]: "\x1b[31m",
  [begin.warn]: "\x1b[33m",
  [begin.dim]: "\x1b[2m",
  [begin.strong]: "\x1b[1m",
  [end]: "\x1b[0m",
};

/** The text with its tones as colours of a terminal; no tone reaches beyond its line. */
export function withColours(text: string): string {
  return text.split("\n").map(colouredLine).join("\n");
}

function colouredLine(line: string): string {
  // A mark that a foreign text left open must not colour what follows.
  const isOpen = (line.match(marks)?.at(-1) ?? end) !== end;
  return `${line}${isOpen ? end : ""}`.replace(marks, (mark) => escapes[mark] ?? "");
}

// Everything of Unicode that moves a cursor, starts an escape, or turns the reading direction around.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** The text without control characters other than newline and tab; `\r\n` counts as a newline. */
export function cleanForTerminal(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(controls, "");
}
