// `runledger limits`: how many runs of an agent, a provider or a label may be under way at once, over all workers.

import { RunledgerError } from "../core/errors.ts";
import { parseLimitKey } from "../core/limit-keys.ts";
import { systemLimits } from "../core/system-limits.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { readCount } from "./read-count.ts";
import { remoteViewOf } from "./remote-view.ts";
import { queuedDefaults } from "./start-options.ts";
import { withLedger } from "./with-ledger.ts";

const usage = "limits [set|clear KEY N]";

export const limitsCommand: Command = {
  name: "limits",
  group: "Operate",
  summary: "runs at once over all workers, by agent, provider or label",
  usage,
  notes: `A KEY is agent:NAME, provider:NAME or label:KEY=VALUE. What runs when a limit is set or lowered runs on; nothing
new begins until there is room. 0 lets none begin. A run that waits for room says so in ls and show.`,
  options: {},
  isRemote: true,
  operands: { min: 0, max: 3 },
  run,
};

async function run(context: Context): Promise<number> {
  const [verb, key, count, ...more] = context.operands;
  if (verb === undefined) return withLedger(context, { purpose: "read" }, (ledger) => list(ledger, context));
  if (verb !== "set" && verb !== "clear") {
    throw new RunledgerError(
      "usage.bad-value",
      `limits has no verb ${JSON.stringify(verb)}; usage: runledger ${usage}`,
    );
  }
  const isComplete = key !== undefined && (verb === "set") === (count !== undefined) && more.length === 0;
  if (!isComplete) throw new RunledgerError("usage.missing-argument", `usage: runledger ${usage}`);
  const max = verb === "set" ? readCount("limits set KEY", count ?? null, systemLimits.slotsMax) : null;
  const limit = { key: parseLimitKey(key), max };
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    const remote = remoteViewOf(ledger);
    if (remote !== null) await remote.client.call("setLimit", { body: limit });
    else await ledger.record({ type: "limit.set", data: { ...limit, who: queuedDefaults().who } }, "cli");
    return list(ledger, context);
  });
}

async function list(ledger: Ledger, { output }: Context): Promise<number> {
  const limits = await ledger.listLimits();
  if (output.isJson) {
    output.json({ limits });
    return exitCodes.ok;
  }
  const rows = limits.map(({ key, max, used }) => [key, String(max), String(used)]);
  if (output.isTerminal && rows.length === 0) output.result("no limits are set; npx runledger limits set agent:NAME 4");
  else if (output.isTerminal) output.result(alignColumns([["LIMIT", "MAX", "IN USE"], ...rows]).join("\n"));
  else output.result([["limit", "max", "used"], ...rows].map(tabRow).join("\n"));
  return exitCodes.ok;
}
