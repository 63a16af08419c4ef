// An agent that is a function: it gets the task and hands to call tools with, and says how it ended.
import type { Agent } from "runledger/config";

/** Sends the SOL that the prompt asks for, by way of the project's own tool, and says so. */
export const politeTransfer: Agent["act"] = async (task, hands) => {
  const [, sol, to] = /Send ([\d.]+) SOL to (\w+)/.exec(task.prompt) ?? [];
  if (sol === undefined || to === undefined) return { how: "declined", text: "I am sorry, I only send SOL." };
  const converted = await hands.call({ tool: "lamports_of", args: { sol } });
  if (!converted.ok) return { how: "gave_up", text: converted.error.message };
  const { lamports } = converted.result as { lamports: string };
  await hands.call({ tool: "sol_transfer", args: { from: "USER_WALLET_PUBKEY", to, lamports } });
  const sent = await hands.call({ tool: "submit", args: {} });
  return sent.ok
    ? { how: "finished", text: "It is sent, with pleasure." }
    : { how: "gave_up", text: sent.error.message };
};
