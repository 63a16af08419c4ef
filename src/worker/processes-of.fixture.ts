// The living processes of a test: those that name its folder in their command line or environment.

import { readdirSync, readFileSync } from "node:fs";
import type { ProcessRef } from "../core/events.ts";
import { isAlive, processRef } from "./process-facts.ts";

export class ProcessesOf {
  readonly #folder: string;
  /** A process that is about to end shows neither any more, but still holds its locks: what was seen once counts until then. */
  readonly #seen = new Map<number, ProcessRef>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  living(): number[] {
    for (const name of readdirSync("/proc")) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid || this.#seen.has(Number(name))) continue;
      const ref = this.#isNamedBy(name) ? processRef(Number(name)) : null;
      if (ref !== null) this.#seen.set(ref.pid, ref);
    }
    for (const ref of this.#seen.values()) if (!isAlive(ref)) this.#seen.delete(ref.pid);
    return [...this.#seen.keys()];
  }

  #isNamedBy(pid: string): boolean {
    return `${textOf(pid, "cmdline")}${textOf(pid, "environ")}`.includes(this.#folder);
  }
}

function textOf(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "latin1");
  } catch {
    return "";
  }
}
