// One command line from its words to its exit code: find the command, parse, run, and turn whatever is thrown into one
// line for people and one problem document for machines.

import { type Problem, problemOf, RunledgerError } from "../core/errors.ts";
import type { Command } from "./command.ts";
import { loadCommand } from "./commands.ts";
import { exitCodeOfProblem, exitCodes } from "./exit-code.ts";
import { type OptionSpec, type Options, optionsOfAll, parseArguments } from "./options.ts";
import { type Output, type OutputStream, openOutput, wantsColour } from "./output.ts";
import { problemLine } from "./problem-line.ts";

export type Surroundings = {
  env: Readonly<Record<string, string | undefined>>;
  /** Absolute path. */
  cwd: string;
  stdout: OutputStream;
  stderr: OutputStream;
};

/** Runs `runledger ARGS` in these surroundings and answers with the exit code. Never throws. */
export async function runCommandLine(args: readonly string[], around: Surroundings): Promise<number> {
  using early = openOutput(around, earlyOptions(args, around));
  try {
    const { common, name, rest } = commonFirst(args);
    if (name === undefined || name === "--help" || name === "-h" || name === "help") {
      return await help(
        rest.find((word) => !word.startsWith("-")),
        early,
      );
    }
    if (name === "--version" || name === "-V") return await version(early);
    if (name.startsWith("-")) throw optionBeforeCommand(name);
    return await runCommand(await loadCommand(name), [...common, ...rest], around);
  } catch (error) {
    return complain(problemOf(error), early);
  }
}

/** What every command takes may also stand before its name: `--json exec -- PROG`. */
function commonFirst(args: readonly string[]): { common: string[]; name: string | undefined; rest: string[] } {
  const specs: Record<string, OptionSpec> = optionsOfAll;
  let at = 0;
  for (let word = args[at]; word?.startsWith("--") && word !== "--help"; word = args[at]) {
    const [option = "", value] = word.slice(2).split("=", 2);
    if (!Object.hasOwn(specs, option)) break;
    at += specs[option]?.type === "text" && value === undefined ? 2 : 1;
  }
  return { common: args.slice(0, at), name: args[at], rest: args.slice(at + 1) };
}

async function runCommand(command: Command, args: readonly string[], around: Surroundings): Promise<number> {
  const { operands, options } = parseArguments(args, command);
  const isJsonl = Object.hasOwn(command.options, "jsonl") && options.flag("jsonl");
  using output = openOutput(around, {
    isJson: options.flag("json") || isJsonl,
    isQuiet: options.flag("quiet"),
    hasColour: wantsColour(around.env, options.flag("no-color")),
  });
  if (options.flag("help")) return await help(command.name, output);
  if (isJsonl && options.flag("json")) throw new RunledgerError("usage.bad-value", "give --json or --jsonl, not both");
  try {
    refuseRemote(command, options);
    const env = command.readsConfig ? await withConfig(around) : around.env;
    return await command.run({ operands, options, output, env, cwd: around.cwd });
  } catch (error) {
    return complain(problemOf(error), output);
  }
}

/** @throws RunledgerError `usage.not-remote` for what is about files and processes of this machine */
function refuseRemote({ name, isRemote }: Command, options: Options): void {
  if (options.text("url") === null) return;
  if (!isRemote) throw new RunledgerError("usage.not-remote", `${name} does not work through a server`);
  if (options.text("ledger") !== null) throw new RunledgerError("usage.bad-value", "give --ledger or --url, not both");
}

async function withConfig({ env, cwd }: Surroundings): Promise<Surroundings["env"]> {
  const { withProjectConfig } = await import("./project-config.ts");
  return withProjectConfig(env, cwd);
}

/** Says what is wrong, to people on stderr and to machines on stdout. */
function complain(problem: Problem, output: Output): number {
  output.warn(problemLine(problem));
  if (output.isJson) output.json(problem);
  return exitCodeOfProblem(problem);
}

/** Before a command has parsed its options, only --json and colour matter, for the error. */
function earlyOptions(args: readonly string[], around: Surroundings) {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  return {
    isJson: own.includes("--json") || own.includes("--jsonl"),
    isQuiet: false,
    hasColour: wantsColour(around.env, own.includes("--no-color")),
  };
}

async function help(name: string | undefined, output: Output): Promise<number> {
  const { helpOfAll, helpOfCommand } = await import("./help.ts");
  const text = name === undefined || name.startsWith("-") ? await helpOfAll() : helpOfCommand(await loadCommand(name));
  if (output.isJson) output.json({ help: text });
  else output.result(text);
  return exitCodes.ok;
}

async function version(output: Output): Promise<number> {
  const { readVersion } = await import("./installation.ts");
  if (output.isJson) output.json({ version: readVersion() });
  else output.result(readVersion());
  return exitCodes.ok;
}

function optionBeforeCommand(name: string): RunledgerError {
  const detail = `${name} stands before the command; write runledger COMMAND ${name} …`;
  return new RunledgerError("usage.unknown-option", detail, { data: { name, nearest: [] } });
}
