// The runs that are chosen for a verb.

import type { RunBody } from "../../../../src/protocol/http-resources.ts";

export type Selection = { has(id: string): boolean; toggle(run: RunBody): void };
