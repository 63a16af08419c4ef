// An agent in TypeScript that speaks Runledger's protocol, run by Node as it is:
//
//   npx runledger run benchmarks/001-sol-transfer.yml --agent-command "node examples/agents/solve-001.ts"

import { createInterface } from "node:readline";

type Task = { type: "task"; prompt: string; tools: { name: string; description: string; parameters: object }[] };
type Result =
  | { type: "result"; id: number; ok: true; result: Record<string, unknown> }
  | { type: "result"; id: number; ok: false; error: { code: string; message: string } };

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

async function hear<T>(): Promise<T> {
  const { value, done } = await lines.next();
  if (done) throw new Error("Runledger has closed the conversation");
  return JSON.parse(value) as T;
}

function say(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

let calls = 0;

/** Calls a tool and gives its result. */
async function call(tool: string, args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  calls += 1;
  say({ type: "call", id: calls, tool, args });
  const answer = await hear<Result>();
  if (!answer.ok) throw new Error(`${tool}: ${answer.error.message}`);
  return answer.result;
}

const { prompt } = await hear<Task>();
const wanted = /Send ([\d.]+) SOL to (\w+)/.exec(prompt);
if (wanted === null) {
  say({ type: "finish", how: "declined", text: "This agent only sends SOL." });
} else {
  const [, amount, to] = wanted;
  const lamports = Math.round(Number(amount) * 1_000_000_000);
  say({ type: "message", text: `I send ${lamports} lamports to ${to}.` });
  await call("sol_transfer", { from: "USER_WALLET_PUBKEY", to, lamports });
  const { signature } = await call("submit");
  say({ type: "finish", how: "finished", text: `Sent in the transaction ${signature}.` });
}
// What still waits on stdin would keep Node alive.
process.stdin.destroy();
