// Paths of a workspace as files write them.

import { z } from "zod";
import { text } from "../core/document-value.ts";

/** A path inside the workspace: relative, with `/`, without a step out of it. */
export const innerPath = text(
  z
    .string()
    .min(1)
    .max(1_000)
    .refine((path) => isInnerPath(path), "must be a relative path that stays in the workspace"),
);

/** The path without `.` and empty parts; `` for the workspace itself. */
export function tidyPath(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .join("/");
}

/** Whether a path is relative and has no step out of where it starts. */
export function isInnerPath(path: string): boolean {
  return !path.startsWith("/") && !path.includes("\0") && !path.split("/").includes("..");
}
