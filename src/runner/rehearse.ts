// What a spare runner does while it waits: it loads the modules of the work that is likely to come, and acts a little on
// a world of its own, so that a virtual machine's first steps are behind it. Nothing of that is recorded, and the work
// gets a world that is made anew.

import { callTool, type ToolCall } from "../core/tool.ts";
import { environmentFormats } from "../environments/formats.ts";
import { openWorld } from "../environments/open-world.ts";

/**
 * Gets ready for benchmarks of an environment, by its name.
 * @param signal Fires when the assignment is there: then a rehearsal that has not begun is left out.
 */
export async function rehearse(work: string, signal: AbortSignal): Promise<void> {
  await import("./benchmark-assignment.ts");
  const piece = pieces[work];
  if (piece !== undefined && !signal.aborted) await play(work, piece);
}

type Piece = { state: readonly unknown[]; calls: readonly ToolCall[] };

const [from, to] = ["USER_WALLET_PUBKEY", "RECIPIENT_WALLET_PUBKEY"];

/** For each environment whose first steps take long. */
const pieces: Readonly<Record<string, Piece>> = {
  solana: {
    state: [{ pubkey: from, lamports: "1000000000" }, { pubkey: to }],
    calls: [
      { tool: "sol_transfer", args: { from, to, lamports: 1_000_000 } },
      { tool: "submit", args: {} },
    ],
  },
};

async function play(environment: string, { state, calls }: Piece): Promise<void> {
  const format = environmentFormats[environment];
  const initialState = state.map((entry) => format?.stateEntry.parse(entry));
  const setup = { initialState, options: format?.options.parse({}), seed: 0, record: async () => {} };
  await using world = await openWorld(environment, setup);
  const { signal } = new AbortController();
  for (const call of calls) await callTool(world.tools, call, { signal });
  await world.observe([]);
}
