// Which worlds run programs: who supervises has to know how to hold them, and who reads a benchmark what to hide from them.

/** Environments whose worlds run none; a folder's does, and those of a project may. */
const programless: ReadonlySet<string> = new Set(["solana", "text"]);

/** Whether worlds of this environment may run programs. */
export function mayRunPrograms(environment: string): boolean {
  return !programless.has(environment);
}
