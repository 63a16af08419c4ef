// A wake-up call that is not lost when it comes while nobody waits, and that several sources may ring.

export type Wake = {
  ring(): void;
  /** Resolves at the next ring, or at once if one came since the last call, or after `timeoutMs`. */
  next(timeoutMs: number): Promise<void>;
};

export function createWake(): Wake {
  let isRung = false;
  let resolveNext: (() => void) | null = null;
  return {
    ring() {
      isRung = true;
      resolveNext?.();
    },
    async next(timeoutMs) {
      if (!isRung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        resolveNext = resolve;
        const timer = setTimeout(resolve, timeoutMs);
        await promise;
        clearTimeout(timer);
        resolveNext = null;
      }
      isRung = false;
    },
  };
}
