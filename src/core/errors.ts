// Every error that a user can meet: a stable code, what to do about it, and the HTTP status it maps to.
// docs/errors.md shows this table; a test keeps the two together.

type ErrorEntry = {
  /** HTTP status of the problem document. */
  status: 400 | 401 | 403 | 404 | 405 | 409 | 410 | 413 | 415 | 422 | 429 | 500 | 502 | 503 | 507;
  /** When it happens, in one sentence. */
  when: string;
  /** What the reader can do about it, in one sentence. */
  fix: string;
};

// biome-ignore format: a table reads as a table
export const errorCatalogue = {
  "usage.unknown-command": { status: 400, when: "The command line names a command that does not exist.", fix: "See runledger --help." },
  "usage.unknown-option": { status: 400, when: "An option that this command does not know was given.", fix: "Use the nearest option, or see runledger COMMAND --help." },
  "usage.bad-value": { status: 400, when: "An option or argument has a value that cannot be read.", fix: "Give a value of the form that the message names." },
  "usage.missing-argument": { status: 400, when: "A required argument is missing.", fix: "See runledger COMMAND --help for what it takes." },
  "usage.not-yet": { status: 400, when: "The command line names a command, an option or a form that is planned and not in this build.", fix: "Leave it out, or use a newer build." },
  "build.node-too-old": { status: 500, when: "The Node.js that runs the command is older than 24.15 and no newer one lies in node_modules.", fix: "Run npm ci with install scripts allowed, or use a newer Node.js." },
  "build.unknown-runner": { status: 400, when: "RUNLEDGER_RUNNER has a value that names no build.", fix: "Set it to dist, source or auto, or unset it." },
  "build.not-found": { status: 500, when: "The build that was asked for is not there.", fix: "Run npm run build, or set RUNLEDGER_RUNNER=source." },
  "file.not-found": { status: 404, when: "A file named on the command line does not exist.", fix: "Check the path." },
  "file.unreadable": { status: 400, when: "A file exists but cannot be read.", fix: "Check its permissions and kind." },
  "benchmark.invalid": { status: 422, when: "A benchmark file breaks its format.", fix: "Mend the named field; the message shows line, column and the nearest valid key." },
  "benchmark.not-supported-yet": { status: 422, when: "A benchmark file uses a part of the format that this build does not run.", fix: "Leave the part out, or upgrade." },
  "benchmark.vacuous-assertion": { status: 422, when: "An assertion that earns points is already true before the agent acts.", fix: "Mark it invariant: true, or ask for something that the agent has to do." },
  "benchmark.duplicate-id": { status: 409, when: "Two benchmark files, or two cases, have the same id.", fix: "Rename one of the two that the message names." },
  "benchmark.unknown": { status: 404, when: "No benchmark has this name.", fix: "Use a name that exists." },
  "scenario.unknown": { status: 404, when: "No scenario has this name.", fix: "Use a name that exists; this build reads no scenarios." },
  "environment.unknown": { status: 422, when: "No environment has this name.", fix: "Use a name that exists; the message lists them." },
  "environment.failed": { status: 500, when: "The environment broke while the agent was acting.", fix: "See the run's error and logs; retry the run." },
  "workspace.no-network-namespace": { status: 503, when: "A workspace is to have no network, and this machine gives its programs no network namespace of their own.", fix: "Allow network namespaces (runledger doctor says what is in the way), or run the benchmark where there are some." },
  "workspace.no-container-client": { status: 503, when: "A workspace names an image, and there is no Docker client on the PATH.", fix: "Install the docker command, or run the benchmark where there is one; nothing else runs in its place." },
  "workspace.no-container-engine": { status: 503, when: "A workspace names an image, and no Docker engine answers the client.", fix: "Start the engine, or let this user reach it; docker version tells when it answers." },
  "workspace.no-image": { status: 503, when: "The image that a workspace names is not on this machine and could not be pulled.", fix: "Check its name, pull or build it here; docker image ls shows what is there." },
  "tool.unknown": { status: 422, when: "A tool call names a tool that the environment does not offer.", fix: "Use a tool that the environment offers; the message names near ones." },
  "tool.bad-arguments": { status: 422, when: "The arguments of a tool call break the tool's schema.", fix: "Mend the named field." },
  "tool.failed": { status: 422, when: "A tool was called rightly and could not do what it was asked.", fix: "The message is the tool's own; act on it." },
  "agent.unknown": { status: 400, when: "No agent has this name.", fix: "Use one that this build has; the message lists them." },
  "trace.bad-endpoint": { status: 400, when: "The variables of OpenTelemetry name an endpoint that traces cannot be sent to.", fix: "Set OTEL_EXPORTER_OTLP_ENDPOINT to an http URL; OTEL_EXPORTER_OTLP_PROTOCOL is http/json here." },
  "trace.not-sent": { status: 503, when: "The trace of an ended run was not taken by the OpenTelemetry endpoint.", fix: "Check the endpoint; runledger export ID --format otlp has the trace." },
  "config.not-found": { status: 400, when: "RUNLEDGER_CONFIG names a file that is not there.", fix: "Name one that is, or none." },
  "config.failed": { status: 400, when: "runledger.config.ts could not be run.", fix: "Mend what the message names; node runledger.config.ts shows it, too." },
  "config.invalid": { status: 400, when: "runledger.config.ts says something that a configuration may not say.", fix: "Mend the key that the message names; docs/config.md has all of them." },
  "config.changed": { status: 409, when: "runledger.config.ts, or a file that it imports, changed between the start of a run and its runner.", fix: "Start the run again, and a server or worker anew." },
  "agent.mcp-failed": { status: 422, when: "A server of tools that the agent brings along cannot be had, or will not end.", fix: "Check its command or address in runledger.config.ts; its stderr is in runledger logs." },
  "agent.program-failed": { status: 422, when: "The program that is the agent ended badly and had said no last word.", fix: "See its last stderr lines with runledger logs; docs/external-agents.md has the protocol." },
  "agent.failed": { status: 500, when: "The agent broke instead of finishing.", fix: "See the run's error and logs." },
  "model.unknown": { status: 422, when: "No model has this name: its provider is unknown, or the configuration does not list it.", fix: "Use glm-4.6, glm-4.6-coding or provider:model; the message names near ones." },
  "model.bad-parameter": { status: 422, when: "A parameter of a model call is unknown or has a wrong value.", fix: "Mend the named parameter; docs/models.md lists them." },
  "provider.missing-key": { status: 422, when: "The environment variable with the key of a model's provider is not set.", fix: "Set the variable that the message names." },
  "provider.bad-key": { status: 422, when: "The key of a model's provider holds what no HTTP header can carry, such as a space or a line's end within it.", fix: "Set the variable that the message names to the key alone." },
  "provider.bad-url": { status: 422, when: "The base URL of a provider cannot be used.", fix: "Mend the variable or the entry of the configuration that the message names." },
  "provider.rate-limited": { status: 503, when: "The provider of a model answered 429 to every try.", fix: "Run fewer at once, wait, or ask the provider for more; then retry the run." },
  "provider.refused": { status: 422, when: "The provider of a model refused the request, and another try would be refused too.", fix: "Check the key, the model's name and the parameters; the message is the provider's own." },
  "provider.timeout": { status: 503, when: "A model did not answer within limits.model_call_s, on any try.", fix: "Raise the limit, or retry the run later." },
  "provider.unreachable": { status: 503, when: "No connection to the provider of a model could be made.", fix: "Check the network and the provider's base URL; then retry the run." },
  "provider.malformed": { status: 503, when: "The provider's answer broke off or could not be read, on every try.", fix: "Retry the run; if it stays so, check that the base URL is that of the API." },
  "provider.failed": { status: 503, when: "The provider of a model failed on every try.", fix: "Look at the provider's status page, and retry the run later." },
  "provider.no-usage": { status: 422, when: "limits.tokens or limits.cost_usd is set, and the model's provider did not say what an answer used, so it could not be kept.", fix: "Leave the limit out and limit turns and time instead, or use a provider that counts." },
  "provider.no-price": { status: 422, when: "limits.cost_usd is set for a model whose price is not known, so it could not be kept.", fix: "Name its price in the configuration, or limit tokens instead: --limits tokens=N." },
  "model.stopped": { status: 409, when: "A model was still answering when the agent was stopped: by a limit, a cancel or its own last word.", fix: "Nothing; see why the agent was stopped." },
  "recording.holds-secret": { status: 500, when: "A line of a recording would hold the value of a secret.", fix: "Find out how the secret came into the conversation; nothing was written." },
  "recording.unwritable": { status: 507, when: "The file of a recording could not be written.", fix: "Check the disk and the permissions of its folder." },
  "replay.unreadable": { status: 422, when: "The recording to replay is not there or is no recording.", fix: "Check the path, or record it anew with --record." },
  "replay.changed": { status: 409, when: "The recording to replay is not what it was when the run was started.", fix: "Start a new run with --replay: its agent's digest covers the recording as it is now." },
  "replay.miss": { status: 422, when: "A model was asked what the recording holds no answer to.", fix: "Record anew: the named field is the first that differs from what was recorded." },
  "scorer.failed": { status: 500, when: "A scorer broke; the run has no score.", fix: "See the run's error and logs." },
  "judge.unreadable": { status: 422, when: "A model that was to grade an answer said something that is no verdict.", fix: "See what it said in the run's events; sharpen the rubric or use another model, and retry the run." },
  "flow.step-failed": { status: 422, when: "A step of a flow did not do what it was for: the agent gave up, a limit stopped it, or its ground truth is not met.", fix: "See the step's score and calls with runledger show." },
  "flow.step-skipped": { status: 422, when: "A step of a flow was not begun, since one before it failed.", fix: "Look at the step that failed." },
  "ledger.not-found": { status: 404, when: "No ledger lies here or above.", fix: "Run something first, or give --ledger." },
  "ledger.newer-schema": { status: 503, when: "The ledger was written by a newer build than this one can work with.", fix: "Upgrade this build." },
  "ledger.moved": { status: 503, when: "The folder of the ledger's files is gone, or another ledger lies in its place: it was moved or removed while processes work with it.", fix: "Put it back where it was: what was under way goes on then." },
  "ledger.copied": { status: 409, when: "A run of this ledger, which is a copy, is still at work for the one that was copied.", fix: "Ask there; here its end is recorded once its process is gone." },
  "ledger.foreign-file": { status: 503, when: "The file is an SQLite database, but no ledger of ours.", fix: "Give another path with --ledger; the file was left as it was." },
  "ledger.damaged": { status: 503, when: "The ledger file is truncated or is no database.", fix: "Restore a backup, or move the file away and run runledger import on the attempt folders; the file was left as it was." },
  "ledger.busy": { status: 503, when: "Another process held the ledger for longer than the limit.", fix: "Look for a stopped process with runledger doctor." },
  "ledger.disk-full": { status: 507, when: "The disk that holds the ledger is full.", fix: "Free some space; running attempts were ended and recorded." },
  "disk.full": { status: 507, when: "A file could not be written, since its disk or this user's share of it is full.", fix: "Free some space and ask again; what was under way goes on, or is taken up again." },
  "disk.failed": { status: 503, when: "The system could not read or write a file: its disk failed.", fix: "Look at the disk and at the system's log, then ask again." },
  "system.no-open-files": { status: 503, when: "This process, or the system, has as many files open as it may.", fix: "Raise the limit (ulimit -n) or run less at once, then ask again." },
  "ledger.bad-disk": { status: 503, when: "The ledger would lie on a network or FUSE file system, whose locks cannot be trusted.", fix: "Use a local disk, or RUNLEDGER_FORCE_DISK=1 if you know better." },
  "ledger.old-sqlite": { status: 503, when: "The SQLite inside this Node.js is older than 3.51.3, which can corrupt a ledger.", fix: "Use Node.js 24.15 or newer." },
  "ledger.unwritable": { status: 400, when: "The ledger's folder or one of its files cannot be written by this user.", fix: "Choose another with --ledger, or mend the permissions; nothing was written." },
  "ledger.unreachable": { status: 503, when: "The PostgreSQL server of the ledger does not answer, does not let this user in, or is a standby.", fix: "Look whether the server runs, and at host, user, password and TLS options of the URL." },
  "ledger.pooled": { status: 503, when: "A pooler stands before the PostgreSQL ledger, and what a process holds while it lives needs a session that is its own.", fix: "Name the way of that one connection in the ledger's URL: ?session=postgres://HOST:PORT of the server itself, or ?session=same if the pooler lends whole sessions." },
  "ledger.not-migrated": { status: 503, when: "The PostgreSQL database holds no ledger yet, one of an older schema than this build needs, or one that was restored from another server.", fix: "Run runledger migrate, with a role that may make tables." },
  "ledger.bad-url": { status: 400, when: "The ledger's URL or path cannot be used.", fix: "Give a folder, a .sqlite file, or a sqlite: or postgres: URL; a password goes into the environment." },
  "cursor.reset": { status: 409, when: "A cursor is of another epoch of the ledger, or ahead of it: the ledger was restored, copied or rebuilt since.", fix: "Read from the beginning." },
  "ledger.failed": { status: 500, when: "The database refused a statement for a reason that is nobody's mistake but ours.", fix: "Report it with the message; nothing was written." },
  "run.not-found": { status: 404, when: "No run has this id.", fix: "See runledger ls." },
  "run.ambiguous": { status: 409, when: "Several runs end with these digits.", fix: "Give more digits; the message lists the candidates." },
  "run.deleted": { status: 410, when: "The run was deleted.", fix: "Nothing; its id is never used again." },
  "run.deleted-meanwhile": { status: 410, when: "Somebody deleted the run while it was being run or watched here.", fix: "Start it anew if its result is wanted; a deleted run leaves nothing." },
  "run.no-content": { status: 409, when: "The run is to be run once more, and its content is not in this ledger.", fix: "Start it anew from its file." },
  "run.differs": { status: 409, when: "Two ledgers hold different events under the id of one run.", fix: "Look at both with runledger why; the ledger that was pushed to was left as it was." },
  "run.id-taken": { status: 409, when: "A run or an experiment with the given id exists already.", fix: "Give another id, or none." },
  "run.illegal-move": { status: 409, when: "The command is not allowed in the run's present status.", fix: "See docs/run-lifecycle.md for what is." },
  "run.already-ended": { status: 409, when: "The run has ended already.", fix: "See how it ended with runledger show." },
  "run.claim-lost": { status: 409, when: "A write named a claim that is no longer the attempt's.", fix: "Nothing; somebody else supervises the attempt now." },
  "run.no-slot": { status: 409, when: "A limit over all workers has no room for one more run of this kind.", fix: "Wait until one of them has ended, or raise the limit with runledger limits." },
  "experiment.not-found": { status: 404, when: "No experiment has this id.", fix: "See the experiment of a run with runledger show, or its first line when it was run." },
  "runner.exited": { status: 500, when: "The runner exited without a result.", fix: "See its last stderr lines with runledger logs." },
  "runner.killed": { status: 500, when: "A signal that is not ours killed the runner.", fix: "See the evidence with runledger show; a signal has no known sender." },
  "runner.oom": { status: 500, when: "The kernel killed the runner for want of memory, and its own counter says so.", fix: "Raise limits.memory_mib or the machine's memory." },
  "runner.no-result": { status: 500, when: "The runner exited with code 0 and left no finish record.", fix: "See its last stderr lines with runledger logs." },
  "runner.never-started": { status: 500, when: "Four runners in a row were gone before their first line.", fix: "See runledger doctor; try RUNLEDGER_RUNNER=source." },
  "runner.unasked": { status: 500, when: "The runner said that it was cancelled or paused, and nobody had asked.", fix: "Report it; this is a bug of the runner." },
  "runner.gone": { status: 500, when: "The runner is gone and nobody saw how it ended.", fix: "Retry the run; see runledger why." },
  "runner.crashed": { status: 500, when: "The runner's own code threw.", fix: "Report it with the run's error." },
  "program.not-found": { status: 422, when: "The program to run does not exist or is not executable.", fix: "Check the command and PATH." },
  "program.exited": { status: 422, when: "The program ended with a code other than 0.", fix: "See its output with runledger logs." },
  "program.killed": { status: 422, when: "A signal that is not ours killed the program.", fix: "See its output with runledger logs." },
  "journal.corrupt": { status: 500, when: "The journal has a gap, a changed record or bytes that are no record.", fix: "See runledger show; the run was stopped, since nothing after the damage can be trusted." },
  "journal.unwritable": { status: 500, when: "A runner could not write its journal.", fix: "See runledger doctor for the disk." },
  "limit.wall_s": { status: 422, when: "The run took longer than limits.wall_s.", fix: "Raise the limit, or make the work shorter." },
  "limit.idle_s": { status: 422, when: "The run reported nothing for longer than limits.idle_s.", fix: "Raise the limit, or report progress." },
  "limit.queue_s": { status: 422, when: "The run waited in the queue for longer than its limit.", fix: "Start a worker that can run it." },
  "limit.start_s": { status: 500, when: "The runner wrote no first line in time.", fix: "See runledger doctor." },
  "limit.memory": { status: 422, when: "The runner's process tree used more memory than limits.memory_mib.", fix: "Raise the limit, or use less." },
  "limit.output": { status: 422, when: "The program printed more than sixteen times limits.output_mib.", fix: "Print less, or raise the limit." },
  "limit.journal": { status: 422, when: "The journal grew beyond limits.journal_mib.", fix: "Report less, or raise the limit." },
  "limit.events": { status: 422, when: "The run recorded more events than limits.events.", fix: "Report less, or raise the limit." },
  "limit.orphan_s": { status: 500, when: "Nobody supervised the runner for longer than limits.orphan_s, so it ended itself.", fix: "Keep a worker running; resume or retry the run." },
  "import.unreadable": { status: 422, when: "A path given to import holds nothing that import knows.", fix: "Give attempt folders: .runledger/runs/<run id>/<attempt>." },
  "verify.differs": { status: 500, when: "Verification found the ledger and its folds or files to disagree.", fix: "Read the findings; runledger rebuild makes the projections anew." },
  "request.invalid": { status: 400, when: "A request's path, query or body breaks the schema of its route.", fix: "Mend the named field; /api/v1/openapi.json has the schema." },
  "request.unknown-route": { status: 404, when: "No route has this path.", fix: "See /api/v1/openapi.json for those that there are." },
  "request.method-not-allowed": { status: 405, when: "The route exists and does not take this method.", fix: "Use a method that the Allow header names." },
  "request.too-large": { status: 413, when: "The body of a request is larger than its limit.", fix: "Send less at once." },
  "request.wrong-type": { status: 415, when: "The body of a request is of a media type that its route does not take.", fix: "Send JSON with Content-Type: application/json." },
  "request.too-many": { status: 429, when: "More live streams are open than the server serves at once.", fix: "Close some, or wait as Retry-After says." },
  "request.foreign-host": { status: 403, when: "The Host header names another host than the server's, as in a DNS rebinding attack.", fix: "Use the address that the server printed." },
  "request.foreign-origin": { status: 403, when: "A page of another origin sent the request.", fix: "Send it from the server's own pages, or from a program." },
  "request.no-token": { status: 401, when: "The request has no token or session that this server knows.", fix: "Send Authorization: Bearer TOKEN, or open the one-time link that the server printed." },
  "request.token-revoked": { status: 401, when: "The request's token was revoked.", fix: "Ask for another one; runledger token create makes it." },
  "request.token-expired": { status: 401, when: "The request's token has expired.", fix: "Ask for another one; runledger token create makes it." },
  "token.not-found": { status: 404, when: "No token has this id.", fix: "See runledger token ls." },
  "request.no-truth": { status: 403, when: "Ground truth and solutions were asked for by a caller that may be an evaluated program.", fix: "Send a token, or open the pages by the one-time link that the server printed." },
  "request.contained": { status: 403, when: "A program that runs contained on the server's machine, and may be one that is being evaluated, asked without a token.", fix: "Give it a token (runledger token create) if it may know what earlier runs were expected to do; a browser in a sandbox signs in by the link that serve prints." },
  "request.no-scope": { status: 403, when: "The token's scope does not allow this.", fix: "Use a token with the scope write." },
  "request.key-reused": { status: 422, when: "An Idempotency-Key came a second time with another request.", fix: "Use a new key for a new request." },
  "server.foreign-answer": { status: 502, when: "What answers at a server's address does not speak its API.", fix: "Check the address: it is the one that runledger serve prints." },
  "usage.not-remote": { status: 400, when: "A command or an option was given with --url that works on files or processes of this machine.", fix: "Run it where the ledger is, without --url." },
  "server.starting": { status: 503, when: "The server listens already and has not opened its ledger yet.", fix: "Try again in a moment; /api/v1/ready says where it stands." },
  "server.not-ready": { status: 503, when: "The server runs and cannot work now; the reasons are named.", fix: "Mend what the reasons name; nothing was lost." },
  "server.needs-token": { status: 400, when: "The server is to demand a token of everybody, and none is in force.", fix: "Create a token first with runledger token create, or leave --host at 127.0.0.1 without --require-token." },
  "server.port-taken": { status: 409, when: "Another process listens on the port.", fix: "Use another with --port; 0 takes any that is free." },
  "server.bad-address": { status: 400, when: "The server cannot listen on this address.", fix: "Give an address of this machine with --host." },
  "server.unreachable": { status: 503, when: "No server answers at the address.", fix: "Start it with runledger serve, or check the address; nothing was changed." },
  "pages.building": { status: 503, when: "The pages are being built from the sources of a checkout; the API works already.", fix: "Try again in a few seconds." },
  "pages.not-built": { status: 503, when: "This copy holds no built pages, or they could not be built.", fix: "Run npm ci, then node scripts/build-pages.mjs; the API and the command line work without them." },
  "file.unknown": { status: 404, when: "The run has no file of this name.", fix: "See the list at /api/v1/runs/{id}/files." },
  "schema.unknown": { status: 404, when: "There is no schema of this name.", fix: "Use one of the names that the message has." },
  "command.unknown": { status: 404, when: "No command of this name may be started over HTTP.", fix: "Name it in the server's configuration; a request can never name a program." },
  "internal.bug": { status: 500, when: "Something that cannot happen has happened.", fix: "Report it with the message." },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalogue;

/** True for a code of the catalogue. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCatalogue, code);
}

/** How an error crosses a border: a process, a thread, HTTP (as the members of a problem document). */
export type Problem = {
  code: ErrorCode;
  status: number;
  detail: string;
  fix: string;
  data: Record<string, unknown>;
};

/** What every copy of the class below marks its errors with. */
const mark = Symbol.for("runledger.error");

/** An expected failure with a code of the catalogue. What is not one of these is a bug. */
export class RunledgerError extends Error {
  /** Of any copy: a runner and the project's code that it loads come out of two bundles, each with a class of its own. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && mark in value;
  }

  readonly [mark] = true;
  readonly code: ErrorCode;
  /** Values for machines: near names, line, column, status, candidates. */
  readonly data: Record<string, unknown>;
  override readonly name = "RunledgerError";

  /** @param detail What happened, with the names and numbers of this case; the catalogue adds what to do. */
  constructor(code: ErrorCode, detail: string, options: { data?: Record<string, unknown>; cause?: unknown } = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** The problem document of any thrown value; what is no RunledgerError becomes `internal.bug`. */
export function problemOf(error: unknown): Problem {
  const known = error instanceof RunledgerError ? error : (systemFault(error) ?? bug(error));
  const { status, fix } = errorCatalogue[known.code];
  return { code: known.code, status, detail: known.message, fix, data: known.data };
}

/** What the system says when the machine, and no code of ours, is at its end. */
const systemFaults = new Map<unknown, ErrorCode>([
  ["ENOSPC", "disk.full"],
  ["EDQUOT", "disk.full"],
  ["EIO", "disk.failed"],
  ["EMFILE", "system.no-open-files"],
  ["ENFILE", "system.no-open-files"],
]);

function systemFault(error: unknown): RunledgerError | null {
  if (!(error instanceof Error)) return null;
  const code = systemFaults.get((error as { code?: unknown }).code);
  return code === undefined ? null : new RunledgerError(code, error.message);
}

function bug(error: unknown): RunledgerError {
  return new RunledgerError("internal.bug", error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** The error that a problem document describes. */
export function errorOfProblem(problem: Problem): RunledgerError {
  return new RunledgerError(problem.code, problem.detail, { data: problem.data });
}

/** Ends an exhaustive switch: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new RunledgerError("internal.bug", `unreachable value ${JSON.stringify(value)}`);
}

/** What was there when this process began is not there any more, or something else is. */
export function ledgerMoved(path: string, state: "gone" | "replaced" = "gone"): RunledgerError {
  const isNow = state === "gone" ? "is gone" : "is another one now";
  return new RunledgerError("ledger.moved", `${path} ${isNow}: it, or a folder above it, was moved or removed`);
}
