// A provider on this machine for the benches, in a process of its own: it answers after a time that it is told, with a
// call of a tool until the last turn. `node slow-model.ts DELAY_MS TURNS TOOL`; prints the environment of its callers.

import { startWireServer } from "../src/models/wire-server.fixture.ts";

const [delayMs = "0", turns = "1", tool = "get_balance"] = process.argv.slice(2);
const args = tool === "get_balance" ? { pubkey: "USER_WALLET_PUBKEY" } : {};

const server = await startWireServer(({ turn }) => ({
  firstTokenMs: Number(delayMs),
  ...(turn + 1 < Number(turns) ? { calls: [{ tool, args }] } : { text: "Done." }),
}));
process.stdout.write(`${JSON.stringify(server.env)}\n`);
// Whoever started it closes the pipe.
process.stdin.resume().on("end", () => server.close());
