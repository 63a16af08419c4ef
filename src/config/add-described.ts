// What a configuration adds to the format of benchmarks, for a process that reads them and runs none of its code.

import { addEnvironmentFormats, addToolNames } from "../environments/formats.ts";
import { addAssertionKinds } from "../scorers/assertion-kinds.ts";
import type { ConfigData } from "./config-data.ts";
import { describedFormats } from "./described-environments.ts";
import { describedKinds } from "./described-kinds.ts";

/** From here on this process reads benchmarks in which the project's assertions, environments and tools stand. */
export function addDescribed(data: ConfigData): void {
  addAssertionKinds(describedKinds(data));
  addEnvironmentFormats(describedFormats(data));
  addToolNames(data.tools);
}
