// Ctrl-C, a closed terminal and SIGTERM, as calls instead of a death: the run is to be cancelled first.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Signals that come this soon after one that counted are the same interrupt. `timeout` and a CI cancel signal the whole
 * process group, and a launcher in front of this process passes on what this process got already; a terminal that is
 * closed sends SIGHUP, and its shell one more. Nobody presses Ctrl-C twice this fast to take the grace away.
 */
const sameInterruptMs = 300;

/**
 * Who asks for the cancel that an interrupt here means, since who finds the run cancelled wants to know whether it was
 * a hand, a machine or a closed window; a cancel from another terminal is asked by `cli`.
 */
const actors = {
  SIGINT: "cli: interrupt",
  SIGTERM: "cli: SIGTERM",
  SIGHUP: "cli: SIGHUP, as of a closed terminal",
} as const;
const goneActor = "cli: nobody reads its output any more";

/** The `count`th interrupt, from 1, and who is named as asking for the cancel that it means. */
export type Interrupt = { count: number; actor: string };

export type Interrupts = Disposable & {
  /** How often this process was interrupted. */
  readonly count: number;
};

/**
 * Calls back at each interrupt until disposed of. `also` counts as one when it fires.
 * @param nowMs A clock that never goes back, milliseconds.
 */
export function onInterrupt(
  callback: (interrupt: Interrupt) => void,
  also?: AbortSignal,
  nowMs: () => number = () => performance.now(),
): Interrupts {
  let count = 0;
  let countedMs = Number.NEGATIVE_INFINITY;
  const come = (actor: string): void => {
    const ms = nowMs();
    if (ms - countedMs < sameInterruptMs) return;
    countedMs = ms;
    count += 1;
    callback({ count, actor });
  };
  const listener = (signal: keyof typeof actors): void => come(actors[signal]);
  const goneListener = (): void => come(goneActor);
  for (const signal of signals) process.on(signal, listener);
  also?.addEventListener("abort", goneListener, { once: true });
  return {
    get count() {
      return count;
    },
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, listener);
      also?.removeEventListener("abort", goneListener);
    },
  };
}
