// A clock that all processes of a machine share, that nobody sets, and that stands still while the machine sleeps: what
// ran before and after a sleep has not run through it.

/** Seconds of it. */
export function awakeS(): number {
  // CLOCK_MONOTONIC; os.uptime() counts the sleep as well.
  return Number(process.hrtime.bigint()) / 1e9;
}
