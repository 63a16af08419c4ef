// The process that runs a configuration and answers with its data, or with what is wrong with it. What the
// configuration prints goes to its stderr; the answer goes through the channel to whoever started it.

import { problemOf } from "../core/errors.ts";
import { dataOfConfig } from "./config-data.ts";
import { importConfig } from "./import-config.ts";

const [path] = process.argv.slice(2);
const answer = await answerFor(path ?? "");
process.send?.(answer, () => process.exit(0));

async function answerFor(file: string): Promise<Record<string, unknown>> {
  try {
    return { data: dataOfConfig(file, await importConfig(file)) };
  } catch (error) {
    return { problem: problemOf(error) };
  }
}
