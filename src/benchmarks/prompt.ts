// The prompt of a benchmark: placeholders of the initial state stand in it by name and are replaced by addresses.

import { nearestNames } from "../core/nearest.ts";
import type { Faults, Path } from "./faults.ts";

const capitals = /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b/g;

/** Notes a variable that would reach the agent as it is: the file has no cases with values for it. */
export function checkVariables(prompt: string, path: Path, faults: Faults): void {
  const variable = /\{\{.*?\}\}/.exec(prompt)?.[0];
  if (variable !== undefined) faults.add(path, `${variable} needs cases with a value for it`);
}

/** Notes names that are nearly a declared one: they would reach the agent unreplaced. */
export function checkPrompt(prompt: string, path: Path, names: readonly string[], faults: Faults): void {
  for (const [word] of prompt.matchAll(capitals)) {
    // Prose may hold other words in capitals; one that nearly is a placeholder is a misspelt one.
    if (!names.includes(word) && nearestNames(word, names, 1).length > 0) {
      faults.addUnknown(path, "no account is declared as", word, names);
    }
  }
}

/** The prompt as the agent gets it. A name is replaced as a whole word only. */
export function fillPrompt(prompt: string, names: Readonly<Record<string, string>>): string {
  return prompt.replace(/\b[A-Z][A-Z0-9_]*\b/g, (word) => (Object.hasOwn(names, word) ? (names[word] ?? word) : word));
}
