// Small worlds for tests: entries and options as a file has them, calls by name, and what is there afterwards.

import type { Json } from "../../core/document-value.ts";
import { callTool, type ToolReply } from "../../core/tool.ts";
import type { World, WorldEvent, WorldSetup } from "../environment.ts";
import type { AccountState } from "../observation.ts";
import { openWorld } from "../open-world.ts";
import { accountEntrySchema } from "./account-entry.ts";
import { solanaOptionsSchema } from "./options.ts";

/** A setup that keeps the events; the user's wallet is there with 10 SOL unless an entry declares it. */
export function setupOf(
  entries: readonly { pubkey: string; [field: string]: unknown }[],
  options: object = {},
): WorldSetup & { events: WorldEvent[] } {
  const events: WorldEvent[] = [];
  const user = { pubkey: "USER_WALLET_PUBKEY", lamports: "10000000000" };
  const all = entries.some(({ pubkey }) => pubkey === user.pubkey) ? entries : [user, ...entries];
  return {
    initialState: all.map((entry) => accountEntrySchema.parse(entry)),
    options: { ...solanaOptionsSchema.parse({}), ...options },
    seed: 7,
    record: async (event) => void events.push(event),
    events,
  };
}

/** A world with these entries. */
export function worldOf(...entries: { pubkey: string; [field: string]: unknown }[]): Promise<World> {
  return openWorld("solana", setupOf(entries));
}

/** Calls a tool. */
export function call(world: World, tool: string, args: Record<string, Json> = {}): Promise<ToolReply> {
  return callTool(world.tools, { tool, args }, { signal: new AbortController().signal });
}

/** Calls a tool that must succeed, and gives its result. */
export async function done(world: World, tool: string, args: Record<string, Json> = {}): Promise<Record<string, Json>> {
  const reply = await call(world, tool, args);
  if (!reply.ok) throw new Error(`${tool}: ${reply.error.message}`);
  return reply.result as Record<string, Json>;
}

/** The message of a submit that must fail. */
export async function refusal(world: World): Promise<string> {
  const reply = await call(world, "submit");
  if (reply.ok) throw new Error("the transaction succeeded");
  return reply.error.message;
}

/** The account as an assertion sees it. */
export async function see(world: World, pubkey: string): Promise<AccountState> {
  const { accounts } = await world.observe([{ kind: "account", pubkey }]);
  const seen = accounts[pubkey];
  if (seen === undefined) throw new Error(`${pubkey} was not observed`);
  return seen;
}
