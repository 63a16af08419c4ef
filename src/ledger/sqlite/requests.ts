// What passes between a process and its SQLite thread. Messages in both directions are lists.

import type { Problem } from "../../core/errors.ts";
import type { OperationName } from "./operations.ts";

export type Request = { id: number; name: OperationName; argument: unknown };
export type Reply =
  | { id: number; value: unknown }
  | { id: number; problem: Problem }
  /** What the operator should know. */
  | { notice: string };

/** Posted in place of requests: the last message, after which the store is closed. */
export const closing = null;
