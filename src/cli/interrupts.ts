// Ctrl-C, a closed terminal and SIGTERM, as calls instead of a death: the run is to be cancelled first.

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export type Interrupts = Disposable & {
  /** How often this process was interrupted. */
  readonly count: number;
};

/** Calls back at each interrupt with its number, from 1, until disposed of. `also` counts as one when it fires. */
export function onInterrupt(callback: (count: number) => void, also?: AbortSignal): Interrupts {
  let count = 0;
  const listener = (): void => {
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
