// `initial_state` and `environment_options` of a benchmark in the environment `text`: there is nothing to declare.

import { z } from "zod";
import type { EnvironmentFormat } from "../environment-format.ts";

export const textFormat: EnvironmentFormat = {
  stateEntry: z.never("the environment text has no state to declare"),
  options: z.strictObject({}),
  notYet: () => [],
  faults: () => [],
  names: () => [],
  isAddress: () => false,
  toolNames: [],
};
