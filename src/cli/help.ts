// The help, made from the commands themselves: what is not there is not named, and what is there cannot be forgotten.

import { type Command, commandGroups } from "./command.ts";
import { loadAllCommands } from "./commands.ts";
import { readVersion } from "./installation.ts";
import { type OptionSpec, optionsOfAll } from "./options.ts";

const columnWidth = 28;

/** Of the whole help: what fits beside another window. */
const helpWidth = 110;

const exitCodesText = `Exit codes   0 all ran and passed · 100 ran, below the required score · 1 something failed, timed out, was lost or
             cancelled by others · 2 usage, nothing was started · 130 interrupted here.
             Several: 130 > 1 > 100 > 0.
             exec gives the program's own code; 128+n if signal n killed it; 124 timed out.
IDs          the last four or more hex digits are enough; also: last, last~2`;

/** Text of `runledger --help`. */
export async function helpOfAll(): Promise<string> {
  const commands = await loadAllCommands();
  const run = commands.find((command) => command.name === "run");
  const groups = commandGroups
    .map((group) => ({ group, members: commands.filter((command) => command.group === group) }))
    .filter(({ members }) => members.length > 0)
    .map(({ group, members }) => [group, ...members.map(({ usage, summary }) => row(usage, summary))].join("\n"));
  return [
    `runledger ${readVersion()}   Runs agent benchmarks and simulations, and never lies about their status.`,
    "Usage: runledger COMMAND [options]      runledger COMMAND --help",
    ...groups,
    ["Options of run", ...optionRows(run?.options ?? {})].join("\n"),
    ["Everywhere", ...optionRows(optionsOfAll)].join("\n"),
    exitCodesText,
  ].join("\n\n");
}

/** Text of `runledger COMMAND --help`. */
export function helpOfCommand(command: Command): string {
  const own = optionRows(command.options);
  return [
    `Usage: runledger ${command.usage}`,
    `${command.summary.charAt(0).toUpperCase()}${command.summary.slice(1)}.`,
    ...(own.length === 0 ? [] : [["Options", ...own].join("\n")]),
    ...(command.notes === undefined ? [] : [command.notes]),
    ["Everywhere", ...optionRows(optionsOfAll)].join("\n"),
  ].join("\n\n");
}

function optionRows(options: Record<string, OptionSpec>): string[] {
  return Object.entries(options).map(([name, spec]) => {
    const long = `${spec.short === undefined ? "" : `-${spec.short}, `}--${name}`;
    const help = spec.alias === undefined ? spec.help : `${spec.help} (alias --${spec.alias})`;
    return row(
      spec.value === undefined ? long : `${long} ${spec.value}`,
      spec.repeatable ? `${help}; repeatable` : help,
    );
  });
}

function row(left: string, right: string): string {
  const [first = "", ...more] = wrapped(right, helpWidth - columnWidth - 3);
  const below = (text: string): string => `  ${" ".repeat(columnWidth)} ${text}`;
  const head = left.length < columnWidth ? `  ${left.padEnd(columnWidth)} ${first}` : `  ${left}\n${below(first)}`;
  return [head, ...more.map(below)].join("\n");
}

/** The text on lines of at most `width`, broken between words; as it is where it fits. */
function wrapped(text: string, width: number): string[] {
  if (text.length <= width) return [text];
  const lines = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last !== "" && last.length + 1 + word.length > width) lines.push(word);
    else lines.splice(-1, 1, last === "" ? word : `${last} ${word}`);
  }
  return lines;
}
