// What the system forbids: among a ledger's files some may be another user's, such as those of a run that root began there.

/** True for a file or folder that this user may not read, or remove. */
export function isForbidden(error: unknown): error is Error {
  return error instanceof Error && ["EACCES", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "");
}
