// Lets an agent act on a task until it ends or is stopped, and no call of its is under way any more.

import type { Agent, AgentTask } from "../agents/agent.ts";
import type { AgentEnding } from "../core/tool.ts";
import type { AgentHands, Stop } from "./agent-hands.ts";
import { blame } from "./blame.ts";

/** How it ended: by itself, or by a stop. Exactly one of the two is not null. */
type Ended = { ending: AgentEnding | null; stop: Stop | null };

/** The same, and how long it has acted, seconds, before a pause too. */
export type Acted = Ended & { actedS: number };

/** The time that an agent has, what of it was used before a pause, and the limit that is met when it is over. */
export type Deadline = { seconds: number | null; usedS: number; limit: string };

type Acting = { agent: Agent; task: AgentTask; hands: AgentHands; deadline: Deadline; signal: AbortSignal };

/** @param signal Stops the agent at once, like a cancel that does not wait for the next safe point. */
export async function act(of: Acting): Promise<Acted> {
  const beganMs = performance.now();
  // What it takes to end once it is stopped, such as the grace of a program, is no time in which it acts.
  const stoppedMs = of.hands.stopped.then(() => performance.now());
  const ended = await actToEnd(of);
  return { ...ended, actedS: of.deadline.usedS + ((await stoppedMs) - beganMs) / 1000 };
}

async function actToEnd(of: Acting): Promise<Ended> {
  const { agent, task, hands } = of;
  using _ = stopWhen(hands, of.signal, of.deadline);
  const work = blame("agent", () => agent.act(task, hands));
  try {
    const first = await Promise.race([work.then((ending) => ({ ending })), hands.stopped.then((stop) => ({ stop }))]);
    return "ending" in first ? { ending: first.ending, stop: null } : { ending: null, stop: first.stop };
  } catch (error) {
    // An agent that is stopped fails by being stopped: that is no fault of its.
    const stop = hands.signal.aborted ? await hands.stopped : null;
    if (stop === null) throw error;
    return { ending: null, stop };
  } finally {
    hands.stop({ why: "done" });
    await blame("agent", async () => agent.release?.());
    await hands.idle();
    // An agent that goes on after its stop can only fail from here on, and nobody waits for it.
    work.catch(() => {});
  }
}

/** The agent's own last word counts before what it returned; a limit that stopped it is neither. */
export function endingOf({ ending, stop }: Ended, hands: AgentHands): AgentEnding {
  if (hands.farewell !== null) return hands.farewell;
  if (stop?.why === "limit") return { how: "limit", text: null, limit: stop.limit };
  return ending ?? { how: "finished", text: null };
}

/** Data of `agent.finished`. */
export function finishedData({ how, text, limit }: AgentEnding) {
  return { how, ...(text === null ? {} : { text }), ...(limit === undefined ? {} : { limit }) };
}

/** Stops the hands when the signal fires or the agent's time is up. */
function stopWhen(hands: AgentHands, signal: AbortSignal, { seconds, usedS, limit }: Deadline): Disposable {
  const cancel = () => hands.stop({ why: "cancel" });
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  const onTime = () => hands.stop({ why: "limit", limit });
  const timer = seconds === null ? undefined : setTimeout(onTime, Math.max(0, seconds - usedS) * 1000);
  return {
    [Symbol.dispose]() {
      signal.removeEventListener("abort", cancel);
      clearTimeout(timer);
    },
  };
}
