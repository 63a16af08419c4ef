// Ctrl-C, a closed terminal and SIGTERM, as calls instead of a death: the run is to be cancelled first.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Signals that come this soon after one that counted are the same interrupt. `timeout` and a CI cancel signal the whole
 * process group, and a launcher in front of this process passes on what this process got already; a terminal that is
 * closed sends SIGHUP, and its shell one more. Nobody presses Ctrl-C twice this fast to take the grace away.
 */
const sameInterruptMs = 300;

/** Who asks for the cancel that an interrupt here means; a cancel from another terminal is asked by `cli`. */
export const interruptActor = "cli: interrupt";

export type Interrupts = Disposable & {
  /** How often this process was interrupted. */
  readonly count: number;
};

/**
 * Calls back at each interrupt with its number, from 1, until disposed of. `also` counts as one when it fires.
 * @param nowMs A clock that never goes back, milliseconds.
 */
export function onInterrupt(
  callback: (count: number) => void,
  also?: AbortSignal,
  nowMs: () => number = () => performance.now(),
): Interrupts {
  let count = 0;
  let countedMs = Number.NEGATIVE_INFINITY;
  const listener = (): void => {
    const ms = nowMs();
    if (ms - countedMs < sameInterruptMs) return;
    countedMs = ms;
    count += 1;
    callback(count);
  };
  for (const signal of signals) process.on(signal, listener);
  also?.addEventListener("abort", listener, { once: true });
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, listener);
      also?.removeEventListener("abort", listener);
    },
  };
}
