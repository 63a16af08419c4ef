// What the errors of PostgreSQL and of its driver mean to us. The one place that knows their codes.

import { RunledgerError } from "../../core/errors.ts";

/** The SQLSTATE of an error, or the code of the system's, or null. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : null;
}

/** Two transactions met: to be tried again as they were. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error) ?? "");
}

/** A row that breaks a constraint, or that a trigger refused. */
export function isConstraint(error: unknown): boolean {
  const code = codeOf(error) ?? "";
  return code.startsWith("23") || code === "P0001";
}

/** A row that is there already: somebody was faster. */
export function isDuplicate(error: unknown): boolean {
  return codeOf(error) === "23505";
}

/** The server is a standby, or one that becomes the primary in a moment: it answers, and is not the one that takes writes. */
const recoveryStates = ["25006", "55000"];
/** The server ends or begins, cannot take one more connection, or went away. */
const awayStates = [...recoveryStates, "57P01", "57P02", "57P03", "57P05", "53300", "25P03"];
const awayCodes = [
  ...["ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ENOENT", "ENOTFOUND", "EAI_AGAIN"],
  ...["EHOSTUNREACH", "ENETUNREACH", "EHOSTDOWN", "ENETDOWN", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"],
];
const awayWords =
  /connection terminated|timeout expired|query read timeout|connection ended|client was closed|not queryable|connection error/i;

/** The database is not there just now, or the connection to it broke: to be tried again on another one. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error);
  if (code !== null && (awayStates.includes(code) || code.startsWith("08") || awayCodes.includes(code))) return true;
  // A host of several addresses fails with all their errors at once.
  if (error instanceof AggregateError) return error.errors.some(isAway);
  return code === null && error instanceof Error && awayWords.test(error.message);
}

/** The server lets in no more connections of this role, or none at all. */
export function isFull(error: unknown): boolean {
  return codeOf(error) === "53300";
}

/** A lock was not to be had in the time that the transaction gives it. */
export function isLockedOut(error: unknown): boolean {
  return codeOf(error) === "55P03";
}

/** A statement or its wait for a lock took longer than it may. */
const cutOffStates = ["57014", "55P03"];
/** What the driver says, without a code, of the talk before anybody is let in. */
const entryWords = /^SASL|authenticationOk|establishing an SSL/;

/** Codes that PostgreSQL itself gives. */
const sqlState = /^(\d[\dA-Z]|F0|HV|P0|XX)[\dA-Z]{3}$/;

/** The server has no TLS. */
export function isTlsRefused(error: unknown): boolean {
  return error instanceof Error && /does not support SSL/i.test(error.message);
}

/** The catalogue's error for anything that PostgreSQL raised; other errors are given back as they are. */
export function ledgerError(error: unknown, shown: string): unknown {
  if (error instanceof RunledgerError || !(error instanceof Error)) return error;
  const of = (code: ConstructorParameters<typeof RunledgerError>[0], detail: string) =>
    new RunledgerError(code, `${shown}: ${detail}`, { cause: error });
  const code = codeOf(error);
  if (recoveryStates.includes(code ?? "")) {
    return of("ledger.unreachable", `the server is a standby, or has not yet recovered: ${error.message} (${code})`);
  }
  if (isAway(error) || isTlsRefused(error)) return of("ledger.unreachable", messageOf(error));
  if (code === null) return entryWords.test(error.message) ? of("ledger.unreachable", entryDetail(error)) : error;
  // Codes of Node's are about the connection: a certificate that is not trusted, a host of another name.
  if (!sqlState.test(code)) return of("ledger.unreachable", `${messageOf(error)} (${code})`);
  // Who may not come in, and databases that are not there.
  if (code.startsWith("28") || code === "3D000") return of("ledger.unreachable", `${messageOf(error)} (${code})`);
  if (code === "42501") return of("ledger.unwritable", `${messageOf(error)} (${code})`);
  if (code === "53100") return of("ledger.disk-full", messageOf(error));
  if (isConflict(error) || cutOffStates.includes(code)) return of("ledger.busy", `${messageOf(error)} (${code})`);
  return of("ledger.failed", `${messageOf(error)} (${code})`);
}

function entryDetail({ message }: Error): string {
  return /client password must be/.test(message) ? "the server asks for a password, and none was given" : message;
}

function messageOf(error: Error): string {
  if (!(error instanceof AggregateError)) return error.message;
  return error.errors.map((one: unknown) => (one instanceof Error ? one.message : String(one))).join("; ");
}
