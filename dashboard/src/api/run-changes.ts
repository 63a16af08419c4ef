// What the feed of changes tells.

import type { RunBody } from "../../../src/protocol/http-resources.ts";

/** Runs as they are by now, and ids of those that are gone. */
export type RunChanges = { runs: readonly RunBody[]; deleted: readonly string[] };
