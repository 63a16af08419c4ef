// Which program an external agent is: its command line as a user wrote it, made fit to be run in an empty folder, and
// the identity that a run records of it, which covers the files that the command line names.

import { createHash } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { basename, extname, resolve } from "node:path";
import { canonicalJson, type Json } from "../core/document-value.ts";
import { RunledgerError } from "../core/errors.ts";
import type { AgentCommand } from "./external.ts";
import type { AgentIdentity } from "./known-agents.ts";

/** An agent that is a program, chosen and ready to be queued. `params` go into the run's record. */
export type ChosenCommand = { identity: AgentIdentity; params: { command: Json } };

/** A file of the command line is part of the agent's identity up to this size, bytes. */
const fileBytesMax = 16 * 1024 * 1024;
const wordsMax = 100;

/**
 * Reads the command of an agent.
 * @param of.words As written. A word that starts with `./` or `../`, or names a file from `folder`, is taken from there.
 * @throws `usage.bad-value` if there is no program in it.
 */
export function chooseCommand(of: {
  name: string | null;
  words: readonly string[];
  folder: string;
  env?: readonly string[];
  set?: Readonly<Record<string, string>>;
  conceal?: readonly string[];
}): ChosenCommand {
  const { words, folder, env = [], set = {}, conceal = [] } = of;
  const [program] = words;
  if (program === undefined || program === "" || words.length > wordsMax)
    throw new RunledgerError("usage.bad-value", `an agent's command has 1 to ${wordsMax} words, the program first`);
  const argv = words.map((word, index) => absolute(word, index, folder));
  const files = Object.fromEntries(
    words.flatMap((word, index) => {
      const digest = argv[index] === word && index === 0 ? null : digestOf(argv[index] ?? word);
      return digest === null ? [] : [[word, digest]];
    }),
  );
  const name = of.name ?? `command:${titleOf(words)}`;
  const identity = { name, kind: "command" as const, model: null, reference: false };
  const needs = env.length === 0 ? {} : { needs: [...env] };
  // Where the files lie is no matter, what they hold is.
  const whole = { ...identity, words: [...words], files, env: [...env].sort(), set: { ...set } };
  const digest = createHash("sha256").update(canonicalJson(whole), "utf8").digest("hex");
  const command = { argv, env: [...env], set: { ...set }, conceal: [...conceal] };
  return { identity: { ...identity, ...needs, digest: `sha256:${digest}` }, params: { command } };
}

/** What a run's `params` hold of its agent's command. @throws `agent.failed` if that is none. */
export function commandOfParams(params: Readonly<Record<string, unknown>>): AgentCommand {
  const { argv, env = [], set = {}, conceal = [] } = (params.command ?? {}) as Partial<AgentCommand>;
  if (!Array.isArray(argv) || argv.length === 0)
    throw new RunledgerError("agent.failed", "the run does not say which program its agent is");
  return { argv, env, set, conceal };
}

/**
 * The words of a command line: parted by blanks, held together by single or double quotes or a backslash. Nothing
 * else of a shell is in it.
 * @throws `usage.bad-value` for a quote that is not closed.
 */
export function splitCommand(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  for (const [, escaped, single, double, plain, blank, open] of text.matchAll(commandPart)) {
    if (open !== undefined) throw new RunledgerError("usage.bad-value", `a quote is not closed in: ${text}`);
    if (blank === undefined) word = (word ?? "") + (escaped ?? single ?? double?.replaceAll(/\\(.)/g, "$1") ?? plain);
    else if (word !== null) {
      words.push(word);
      word = null;
    }
  }
  return word === null ? words : [...words, word];
}

/** An escaped character, what stands in single or double quotes, anything plain, blanks, or a quote that stays open. */
const commandPart = /\\(.)|'([^']*)'|"((?:[^"\\]|\\.)*)"|([^\s'"\\]+|\\$)|(\s+)|(['"])/gs;

function absolute(word: string, index: number, folder: string): string {
  if (/^\.\.?\//.test(word)) return resolve(folder, word);
  if (index === 0 || word.startsWith("-") || word === "") return word;
  const path = resolve(folder, word);
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? path : word;
}

function digestOf(path: string): string | null {
  if (!path.startsWith("/")) return null;
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat?.isFile() || stat.size > fileBytesMax) return null;
  return `sha256:${createHash("sha256").update(readFileSync(path)).digest("hex")}`;
}

/** The script's name rather than that of what runs it. */
function titleOf(words: readonly string[]): string {
  const script = words.slice(1).find((word) => !word.startsWith("-") && extname(word) !== "");
  return basename(script ?? words[0] ?? "").slice(0, 60);
}
