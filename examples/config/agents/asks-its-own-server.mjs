// An agent that answers sums, and has a server of tools that can add.
import { createInterface } from "node:readline";

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const hear = async () => JSON.parse((await lines.next()).value);
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const { prompt } = await hear();
const [, a, b] = /(\d+) and (\d+)/.exec(prompt) ?? [];
say({ type: "call", id: 1, tool: "mcp__sums__add", args: { a: Number(a), b: Number(b) } });
const added = await hear();
say({ type: "call", id: 2, tool: "mcp__sums__add", args: { a: "one", b: 2 } });
const refused = await hear();
say({ type: "message", text: refused.ok ? "It adds words." : refused.error.message });
say(
  added.ok
    ? { type: "finish", how: "answered", text: added.result }
    : { type: "finish", how: "gave_up", text: added.error.message },
);
process.stdin.destroy();
