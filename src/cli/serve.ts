// `runledger serve`: pages and API with a worker inside, in one process. It listens first, then opens the ledger, then works;
// it stops in the reverse order.

import { RunledgerError } from "../core/errors.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { apiPrefix } from "../protocol/http-route.ts";
import { serverVariable } from "../protocol/spec.ts";
import { logLevels, openLog } from "../server/log.ts";
import { type Server, startServer } from "../server/server.ts";
import { counted } from "../views/number-words.ts";
import { QueueWork, sayLeft } from "../worker/work-queue.ts";
import { startWorker } from "../worker/worker.ts";
import { openBuiltPages } from "./built-pages.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { findInstallation, packageFolder, readVersion } from "./installation.ts";
import { onInterrupt } from "./interrupts.ts";
import { leaveOrEnd } from "./leave-or-end.ts";
import type { OptionSpec } from "./options.ts";
import { ledgerWords } from "./paths.ts";
import { readCount } from "./read-count.ts";
import { runnerEnv } from "./runner-env.ts";
import { serverPorts } from "./serve-ports.ts";
import { readLabels } from "./start-options.ts";
import { withLedger } from "./with-ledger.ts";
import { abilities, readSlots, workerOptions } from "./worker.ts";

const portDefault = 4600;
const hostDefault = "127.0.0.1";

const options = {
  port: { type: "text", value: "N", help: `default: ${portDefault}; 0 takes any that is free` },
  host: { type: "text", value: "ADDRESS", help: `default: ${hostDefault}; any other demands a token` },
  "require-token": { type: "flag", help: "programs of this machine need a token, too" },
  benchmarks: {
    type: "text",
    value: "FOLDER",
    repeatable: true,
    help: "what the catalog is read from; default: benchmarks",
  },
  "no-worker": { type: "flag", help: "serves alone; runs are left to other workers" },
  ...workerOptions,
  "log-level": { type: "text", value: logLevels.join("|"), help: "default: warn; the log goes to stderr" },
} as const satisfies Record<string, OptionSpec>;

export const serveCommand: Command = {
  name: "serve",
  group: "Operate",
  readsConfig: true,
  summary: "the pages and the API, with a worker inside",
  usage: "serve",
  notes: `Prints its address, and a link that signs a browser in, once. Ctrl-C or SIGTERM stops it: it takes no more runs,
and those that it has go on and are adopted by the next server or worker; with --drain it waits for them first.`,
  options,
  operands: { min: 0, max: 0 },
  run,
};

async function run(context: Context): Promise<number> {
  const { options: given } = context;
  const log = openLog(readLevel(given.text("log-level")));
  const slots = readSlots(given.text("slots"));
  const can = abilities(readLabels(given.texts("label")), context.env);
  using pages = openBuiltPages(packageFolder(), (line) => context.output.progress(line));
  await using server = await startServer({
    pages,
    host: given.text("host") ?? hostDefault,
    port: readCount("--port", given.text("port"), 65_535) ?? portDefault,
    isTokenRequired: given.flag("require-token"),
    version: readVersion(),
    log,
  });
  return await withLedger(context, { purpose: "write" }, async (ledger) => {
    if (given.flag("no-worker")) return await serveAlone(server, ledger, context);
    await using worker = await startWorker({
      ...{ ledger, spares: slots, keepsSpares: true, queue: { slots, can } },
      ...findInstallation(context.env),
    });
    const work = new QueueWork({
      ...{ ledger, worker, slots, can, isUntilIdle: false },
      envOf: (run) => runnerEnv(run, withServer(server.url, context)),
      onNews: (news) => {
        if (news.type === "failed") log.fault(`worker: failed ${news.runId}`, news.error);
        else log.notice(`worker: ${news.type}`, "run" in news ? { runId: news.run.id } : {});
      },
    });
    let isDraining = false;
    const folders = given.texts("benchmarks");
    const workState = () => ({ slots, running: work.running, isDraining });
    await server.open(serverPorts({ ledger, context, folders, workState }));
    tellWhere(server, ledger, context);
    const endIfAway = leaveOrEnd(ledger, context.output);
    using _interrupts = onInterrupt(({ count }) => {
      isDraining = true;
      const isWaiting = given.flag("drain") && count === 1;
      const running =
        work.running === 0 ? "" : `; ${counted(work.running, "run")} ${isWaiting ? "to wait for" : "left"}`;
      context.output.warn(`stopping${running}`);
      if (isWaiting) work.drain();
      else {
        work.leave();
        endIfAway();
      }
    });
    await work.toEnd();
    await server.close();
    const left = await sayLeft(ledger, worker);
    if (left.length > 0)
      context.output.warn(`${counted(left.length, "run")} left to others: npx runledger worker adopts`);
    return exitCodes.ok;
  });
}

/** Programs of this server's runs may send their spans here, where nobody needs a token. */
function withServer(url: string, { env }: Context): Context["env"] {
  return new URL(url).hostname === hostDefault ? { ...env, [serverVariable]: url } : env;
}

async function serveAlone(server: Server, ledger: Ledger, context: Context): Promise<number> {
  const folders = context.options.texts("benchmarks");
  await server.open(serverPorts({ ledger, context, folders, workState: () => null }));
  tellWhere(server, ledger, context);
  const stopped = Promise.withResolvers<void>();
  const endIfAway = leaveOrEnd(ledger, context.output);
  using _interrupts = onInterrupt(() => {
    stopped.resolve();
    endIfAway();
  });
  await stopped.promise;
  await server.close();
  return exitCodes.ok;
}

function tellWhere(server: Server, ledger: Ledger, context: Context): void {
  const { output } = context;
  output.progress(`ledger  ${ledgerWords(ledger, context)}`);
  output.progress(`sign in ${server.url}${server.newLink()}   (once, within ten minutes)`);
  if (output.isJson)
    output.json({ url: server.url, api: `${server.url}${apiPrefix}`, ledger: ledger.url, pid: process.pid });
  else output.result(server.url);
}

function readLevel(text: string | null) {
  const level = logLevels.find((name) => name === (text ?? "warn"));
  if (level !== undefined) return level;
  throw new RunledgerError("usage.bad-value", `--log-level takes ${logLevels.join(", ")}, not ${JSON.stringify(text)}`);
}
