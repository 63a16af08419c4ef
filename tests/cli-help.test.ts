// The help is made from the table of commands. docs/cli.md is made from the same, and docs.test.ts compares it.

import { expect, test } from "vitest";
import { type Command, commandGroups } from "../src/cli/command.ts";
import { commandNames, loadAllCommands } from "../src/cli/commands.ts";
import { helpOfAll, helpOfCommand } from "../src/cli/help.ts";
import { optionsOfAll } from "../src/cli/options.ts";
import { workplace } from "./command-line.ts";

const commands = await loadAllCommands();
test("the help names every command, in the order of its groups", async () => {
  const help = await helpOfAll();
  for (const { usage, summary } of commands) expect(help).toContain(`  ${usage}`.padEnd(31) + summary);
  const places = commandGroups.map((group) => help.indexOf(`\n${group}\n`));
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  expect(places).not.toContain(-1);
});

test("no line of any help is wider than 115 columns", async () => {
  const lines = [await helpOfAll(), ...commands.map(helpOfCommand)].flatMap((text) => text.split("\n"));
  expect(lines.filter((line) => line.length > 115)).toEqual([]);
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

test("the help of a command ends its own part with its notes, before what all commands share", () => {
  const watch = commands.find(({ name }) => name === "watch") as Command;
  const help = helpOfCommand(watch);
  expect(watch.notes).toBeTruthy();
  expect(help.indexOf(watch.notes ?? "")).toBeLessThan(help.indexOf("\n\nEverywhere"));
  expect(help.indexOf("\nOptions\n")).toBeLessThan(help.indexOf(watch.notes ?? ""));
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
