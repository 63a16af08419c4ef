// A wait that a signal cuts short. A race against the signal's own end would stay with a signal that lives on.

/** Waits for the work, or until the signal aborts; nothing of the wait stays with the signal. @throws what the work does */
export async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal.addEventListener("abort", stop);
  if (signal.aborted) stop();
  try {
    await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
