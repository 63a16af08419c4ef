// The server's log for operators: one JSON line an entry, with the request's id and without anything secret.

import { type Logger, pino } from "pino";

export type Answered = {
  requestId: string;
  route: string | null;
  method: string;
  path: string;
  status: number;
  /** Of the problem, if it is one. */
  code: string | null;
  /** The run that was asked for, or made. */
  runId: string | null;
  seconds: number;
};

export type ServerLog = {
  answered(entry: Answered): void;
  /** A fault of ours, with its stack. */
  failed(entry: { requestId: string; path: string; error: unknown }): void;
  notice(words: string, fields?: Record<string, unknown>): void;
  fault(words: string, error: unknown): void;
};

export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

/** A log at this level, written to `destination` (default: stderr). */
export function openLog(level: LogLevel, destination?: { write(line: string): void }): ServerLog {
  const logger: Logger = pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination({ fd: 2, sync: true }),
  );
  return {
    answered(entry) {
      const fields = Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== null));
      if (entry.status === 500) logger.error(fields, "answered");
      else if (entry.status > 500) logger.warn(fields, "answered");
      else logger.debug(fields, "answered");
    },
    failed: ({ error, ...entry }) => logger.error({ ...entry, err: error }, "failed"),
    notice: (words, fields = {}) => logger.info(fields, words),
    fault: (words, error) => logger.warn({ err: error }, words),
  };
}
