// Reads the words after a command: its options and operands. What it does not know is refused with the nearest names;
// nothing is ever guessed or ignored.

import { parseArgs } from "node:util";
import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";

export type OptionSpec = {
  type: "flag" | "text";
  /** May be given several times. */
  repeatable?: true;
  /** One letter. */
  short?: string;
  /** Another long name for the same option. */
  alias?: string;
  /** What the value is, in capitals, for the help; only for text. */
  value?: string;
  help: string;
};

/** What of a command decides how its words are read; the rest of it is in command.ts. */
export type Grammar = {
  name: string;
  /** Its form without `runledger`, such as `show ID`. */
  usage: string;
  /** Options of its own, by long name; those of every command are added. */
  options: Record<string, OptionSpec>;
  /** How many operands it takes. */
  operands: { min: number; max: number };
  /** Everything after the first operand is left as it is: it belongs to another program. */
  endsAtFirstOperand?: true;
  /** Options of the contract that this build refuses, with what they belong to. */
  laterOptions?: Record<string, string>;
};

/** The options that were given, by long name. Asking for one that the command did not declare is a bug. */
export type Options = {
  flag(name: string): boolean;
  /** The value, or null if the option was not given. */
  text(name: string): string | null;
  texts(name: string): readonly string[];
};

/** What `COMMAND` and every other command take. */
export const optionsOfAll = {
  json: { type: "flag", help: "one JSON value on stdout, the same shape as the API's" },
  ledger: {
    type: "text",
    value: "URL",
    help: "default: the nearest .runledger/ upwards, else ./.runledger/ (env RUNLEDGER_LEDGER)",
  },
  url: {
    type: "text",
    value: "URL",
    help: "talk to a server instead; its token comes from the environment: RUNLEDGER_TOKEN",
  },
  quiet: { type: "flag", help: "no progress on stderr; errors and warnings stay" },
  "no-color": { type: "flag", help: "no colours, also on a terminal (env NO_COLOR)" },
  help: { type: "flag", short: "h", help: "this help, or that of a command" },
} as const satisfies Record<string, OptionSpec>;

const laterForAll: Record<string, string> = { "log-level": "the server" };

export type ParsedArguments = { operands: string[]; options: Options };

type Token = Extract<ReturnType<typeof parse>[number], { kind: "option" }>;
type Given = Map<string, string[]>;

/** Parses what follows the command's name. @throws RunledgerError `usage.*` */
export function parseArguments(args: readonly string[], command: Grammar): ParsedArguments {
  const specs: Record<string, OptionSpec> = { ...command.options, ...optionsOfAll };
  const own = command.endsAtFirstOperand ? beforeFirstOperand(args, specs) : args;
  const given: Given = new Map();
  const operands: string[] = [];
  for (const token of parse(own, specs)) {
    if (token.kind === "positional") operands.push(token.value);
    if (token.kind === "option") take(token, { command, specs, given });
  }
  const rest = args.slice(own.length);
  operands.push(...(rest[0] === "--" && own.at(-1) !== "--" ? rest.slice(1) : rest));
  if (!given.has("help")) checkCount(operands, command);
  return { operands, options: reader(given, specs) };
}

function parse(args: readonly string[], specs: Record<string, OptionSpec>) {
  const options = Object.fromEntries(
    Object.entries(specs).flatMap(([name, { type, short, alias }]) => {
      const config = { type: type === "flag" ? ("boolean" as const) : ("string" as const) };
      const named: [string, typeof config & { short?: string }] = [
        name,
        short === undefined ? config : { ...config, short },
      ];
      return alias === undefined ? [named] : [named, [alias, config] as [string, typeof config]];
    }),
  );
  return parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true }).tokens;
}

/** The arguments up to the first operand or `--`, which begins another program's command line. */
function beforeFirstOperand(args: readonly string[], specs: Record<string, OptionSpec>): readonly string[] {
  const first = parse(args, specs).find((token) => token.kind !== "option");
  return first === undefined ? args : args.slice(0, first.index);
}

function take(token: Token, of: { command: Grammar; specs: Record<string, OptionSpec>; given: Given }): void {
  const { command, specs, given } = of;
  const name = Object.keys(specs).find((key) => key === token.name || specs[key]?.alias === token.name);
  const spec = name === undefined ? undefined : specs[name];
  if (name === undefined || spec === undefined) throw unknownOption(token, command, specs);
  if (spec.type === "flag") {
    if (token.value !== undefined) throw badValue(`${token.rawName} takes no value`);
    given.set(name, []);
    return;
  }
  if (token.value === undefined) throw missing(`${token.rawName} needs ${spec.value ?? "a value"}`);
  if (!token.inlineValue && /^-./.test(token.value)) {
    throw badValue(
      `${token.rawName} is followed by ${token.value}, which looks like an option; write ${token.rawName}=${token.value} if it is the value`,
    );
  }
  const values = given.get(name) ?? [];
  if (values.length > 0 && !spec.repeatable) throw badValue(`${token.rawName} was given twice`);
  given.set(name, [...values, token.value]);
}

function unknownOption(token: Token, command: Grammar, specs: Record<string, OptionSpec>): RunledgerError {
  const later = { ...laterForAll, ...command.laterOptions };
  if (Object.hasOwn(later, token.name)) {
    const detail = `${token.rawName} is not in this build yet; it comes with ${later[token.name]}`;
    return new RunledgerError("usage.not-yet", detail, { data: { name: token.rawName } });
  }
  const known = Object.keys(specs);
  const near = nearestNames(token.name, known).map((name) => `--${name}`);
  const hint = didYouMean(token.name, known).replace(/(?<=did you mean |, )/g, "--");
  return new RunledgerError("usage.unknown-option", `${command.name} has no option ${token.rawName}${hint}`, {
    data: { name: token.rawName, nearest: near },
  });
}

function checkCount(operands: readonly string[], command: Grammar): void {
  const { min, max } = command.operands;
  if (operands.length < min) throw missing(`${command.name} is given too little; usage: runledger ${command.usage}`);
  if (operands.length > max) {
    throw badValue(`${command.name} does not take ${JSON.stringify(operands[max])}; usage: runledger ${command.usage}`);
  }
}

function reader(given: Given, specs: Record<string, OptionSpec>): Options {
  const values = (name: string, type: OptionSpec["type"]): readonly string[] | undefined => {
    if (specs[name]?.type !== type) throw new Error(`no ${type} option --${name} was declared`);
    return given.get(name);
  };
  return {
    flag: (name) => values(name, "flag") !== undefined,
    text: (name) => values(name, "text")?.[0] ?? null,
    texts: (name) => values(name, "text") ?? [],
  };
}

function badValue(detail: string): RunledgerError {
  return new RunledgerError("usage.bad-value", detail);
}

function missing(detail: string): RunledgerError {
  return new RunledgerError("usage.missing-argument", detail);
}
