// What docs/cli.md repeats of the command line's own help.

import type { Command } from "../src/cli/command.ts";
import { loadAllCommands } from "../src/cli/commands.ts";
import { helpOfAll, helpOfCommand } from "../src/cli/help.ts";

const whole = await helpOfAll();
const commands = await loadAllCommands();

/** The help of all; without the version, which changes with each release. */
export function wholeHelp(): string {
  return block(whole.slice(whole.indexOf("Usage:")));
}

/** A section for each command, without the options that all of them share. */
export function commandSections(): string {
  return commands.map((command) => `## ${command.name}\n\n${ownHelp(command)}`).join("\n\n");
}

function ownHelp(command: Command): string {
  const { notes, ...rest } = command;
  const help = helpOfCommand(rest);
  const own = block(help.slice(0, help.indexOf("\n\nEverywhere")));
  return notes === undefined ? own : `${own}\n\n${notes}`;
}

function block(text: string): string {
  return `\`\`\`text\n${text}\n\`\`\``;
}
