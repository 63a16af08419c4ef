// `runledger token`: who may use the API from another machine. A token is shown once; the ledger keeps the hash of its
// secret, so that every server of the ledger knows it, and knows when it was revoked.

import { RunledgerError } from "../core/errors.ts";
import { didYouMean, nearestNames } from "../core/nearest.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { StoredToken } from "../ledger/token-row.ts";
import type { Scope } from "../server/auth.ts";
import { isInForce, makeToken } from "../server/tokens.ts";
import { alignColumns, tabRow } from "../views/columns.ts";
import type { Command, Context } from "./command.ts";
import { exitCodes } from "./exit-code.ts";
import { readSpan } from "./read-span.ts";
import { queuedDefaults } from "./start-options.ts";
import { withLedger } from "./with-ledger.ts";

const usage = "token [create|revoke NAME]";
const nameCharactersMax = 200;
const idDigitsMin = 4;

export const tokenCommand: Command = {
  name: "token",
  group: "Operate",
  summary: "who may use the API from elsewhere  (create NAME, ls, revoke ID)",
  usage,
  notes: `create prints the token once; it goes into the header Authorization: Bearer, or into RUNLEDGER_TOKEN for --url. A
server on another address than 127.0.0.1 wants one with every request. Revoked, it is refused by all servers of the
ledger at once, and its live streams end.`,
  options: {
    scope: { type: "text", value: "read|write", help: "of create; write includes read; default: read" },
    expires: { type: "text", value: "30d", help: "of create; when it stops being good; default: never" },
  },
  operands: { min: 0, max: 2 },
  run,
};

async function run(context: Context): Promise<number> {
  const [verb = "ls", name] = context.operands;
  const verbs: Record<string, (name: string | undefined, context: Context) => Promise<number>> = { ls, create, revoke };
  const work = Object.hasOwn(verbs, verb) ? verbs[verb] : undefined;
  if (work !== undefined) return work(name, context);
  const names = Object.keys(verbs);
  throw new RunledgerError(
    "usage.bad-value",
    `token has no verb ${JSON.stringify(verb)}${didYouMean(verb, names)}; usage: runledger ${usage}`,
    { data: { name: verb, nearest: nearestNames(verb, names) } },
  );
}

async function create(name: string | undefined, context: Context): Promise<number> {
  const { options, output } = context;
  if (name === undefined || name.trim() === "" || name.length > nameCharactersMax) {
    throw new RunledgerError("usage.missing-argument", "a token needs a name, to know it by: token create NAME");
  }
  const scope = readScope(options.text("scope"));
  const span = options.text("expires");
  const expiresAt = span === null ? null : new Date(Date.now() + readSpan("--expires", span)).toISOString();
  return withLedger(context, { purpose: "write" }, async (ledger) => {
    const made = makeToken({ name, scope, expiresAt, who: queuedDefaults().who });
    await ledger.createToken(made.token, "cli");
    const stored = await needToken(ledger, made.token.id);
    if (output.isJson) output.json({ ...shown(stored), token: made.text });
    else output.result(made.text);
    const until = expiresAt === null ? "" : `, until ${expiresAt}`;
    output.progress(`(${stored.id}, ${scope}${until}; it is shown this once and kept nowhere)`);
    return exitCodes.ok;
  });
}

async function ls(name: string | undefined, context: Context): Promise<number> {
  if (name !== undefined)
    throw new RunledgerError("usage.bad-value", `token ls takes no name; usage: runledger ${usage}`);
  return withLedger(context, { purpose: "read" }, async (ledger) => {
    printTokens(await ledger.listTokens(), context);
    return exitCodes.ok;
  });
}

async function revoke(words: string | undefined, context: Context): Promise<number> {
  if (words === undefined) throw new RunledgerError("usage.missing-argument", "which one? token revoke ID");
  return withLedger(context, { purpose: "supervise" }, async (ledger) => {
    const found = await findToken(ledger, words);
    if (found.revokedAt === null) {
      await ledger.record({ type: "token.revoked", data: { id: found.id, who: queuedDefaults().who } }, "cli");
    }
    printTokens([await needToken(ledger, found.id)], context);
    return exitCodes.ok;
  });
}

/** By its id or the beginning of it: the whole text of a token does not belong on a command line. */
async function findToken(ledger: Ledger, words: string): Promise<StoredToken> {
  const all = await ledger.listTokens();
  const found = words.length < idDigitsMin ? [] : all.filter(({ id }) => id.startsWith(words.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const ids = (found.length === 0 ? all : found).map(({ id }) => id);
  const detail =
    found.length > 1
      ? `several tokens begin with ${words}: ${ids.join(", ")}`
      : `there is no token ${JSON.stringify(words.slice(0, 20))}${didYouMean(words, ids)}`;
  throw new RunledgerError("token.not-found", detail, { data: { candidates: ids.slice(0, 8) } });
}

async function needToken(ledger: Ledger, id: string): Promise<StoredToken> {
  const stored = await ledger.getToken(id);
  if (stored !== null) return stored;
  throw new RunledgerError("internal.bug", `the token ${id} was stored and is not there`);
}

function readScope(text: string | null): Scope {
  if (text === null || text === "read") return "read";
  if (text === "write") return "write";
  throw new RunledgerError("usage.bad-value", `--scope takes read or write, not ${JSON.stringify(text)}`);
}

/** Everything but the hash, which nobody needs to see. */
function shown({ id, name, scopes, createdAt, expiresAt, revokedAt, who }: StoredToken) {
  return { id, name, scopes, createdAt, expiresAt, revokedAt, who };
}

function stateOf(token: StoredToken): string {
  if (token.revokedAt !== null) return "revoked";
  return isInForce(token, Date.now()) ? "in force" : "expired";
}

function printTokens(tokens: readonly StoredToken[], { output }: Context): void {
  if (output.isJson) {
    output.json({ tokens: tokens.map(shown) });
    return;
  }
  const rows = tokens.map((token) => {
    const { id, name, scopes, createdAt, expiresAt, revokedAt } = token;
    return [
      id,
      name,
      scopes.includes("write") ? "write" : "read",
      stateOf(token),
      createdAt,
      expiresAt ?? "",
      revokedAt ?? "",
    ];
  });
  const heads = ["id", "name", "scope", "state", "created", "expires", "revoked"];
  if (output.isTerminal && rows.length === 0) output.result("there are no tokens; npx runledger token create NAME");
  else if (output.isTerminal)
    output.result(alignColumns([heads.map((head) => head.toUpperCase()), ...rows]).join("\n"));
  else output.result([heads, ...rows].map(tabRow).join("\n"));
}
