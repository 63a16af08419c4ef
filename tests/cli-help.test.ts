// The help is made from the table of commands; docs/cli.md repeats it, and may say nothing else.

import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { commandGroups } from "../src/cli/command.ts";
import { commandNames, loadAllCommands } from "../src/cli/commands.ts";
import { helpOfAll, helpOfCommand } from "../src/cli/help.ts";
import { optionsOfAll } from "../src/cli/options.ts";
import { workplace } from "./command-line.ts";

const commands = await loadAllCommands();
const page = readFileSync(new URL("../docs/cli.md", import.meta.url), "utf8");

/** A help text as the page shows it: without the version, which changes with each release. */
function block(help: string): string {
  return `\`\`\`text\n${help.slice(help.indexOf("Usage:"))}\n\`\`\`\n`;
}

/** The help of one command without what all of them share. */
function ownHelp(help: string): string {
  return help.slice(0, help.indexOf("\n\nEverywhere"));
}

test("the help names every command, in the order of its groups", async () => {
  const help = await helpOfAll();
  for (const { usage, summary } of commands) expect(help).toContain(`  ${usage}`.padEnd(31) + summary);
  const places = commandGroups.map((group) => help.indexOf(`\n${group}\n`));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test("a command is loaded by the name that it gives itself", () => {
  expect(commands.map(({ name }) => name)).toEqual(commandNames);
});

test("no command declares an option that all commands have", () => {
  const common = Object.keys(optionsOfAll);
  for (const { options } of commands) expect(Object.keys(options).filter((name) => common.includes(name))).toEqual([]);
});

test("no two options of a command share a letter or an alias", () => {
  for (const { name, options } of commands) {
    const all = Object.entries({ ...options, ...optionsOfAll }) as [string, { short?: string; alias?: string }][];
    const names = all.flatMap(([long, { short, alias }]) => [long, short, alias].filter((one) => one !== undefined));
    expect(new Set(names).size, name).toBe(names.length);
  }
});

describe("docs/cli.md", () => {
  test("shows the whole help", async () => {
    expect(page).toContain(block(await helpOfAll()));
  });

  test.each(commands)("shows the help of $name", (command) => {
    expect(page).toContain(`## ${command.name}\n\n${block(ownHelp(helpOfCommand(command)))}`);
  });

  test("has a heading for each command and none more", () => {
    expect([...page.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual(commandNames);
  });
});

test.each([["--help"], ["-h"], ["help"], []])(
  "runledger %s prints the help to stdout and exits with 0",
  async (...args) => {
    using place = workplace();
    const { code, stdout, stderr } = await place.ask(args);
    expect([code, stdout, stderr]).toEqual([0, `${await helpOfAll()}\n`, ""]);
  },
);

test("COMMAND --help and help COMMAND print the same", async () => {
  using place = workplace();
  const asked = [await place.ask(["run", "--help"]), await place.ask(["help", "run"])];
  const help = commands.map(helpOfCommand).find((text) => text.startsWith("Usage: runledger run "));
  expect(asked.map(({ stdout }) => stdout)).toEqual([`${help}\n`, `${help}\n`]);
});
