// A wall clock that can be stepped. It takes the place of Date before any module of the product is loaded, since one
// that was captured could not be stepped any more. Monotonic clocks stay what they are.

let shiftMs = 0;

/** Replaces Date by one that follows `shiftClock`. */
export function installClock(): void {
  const Real = Date;
  const now = (): number => Real.now() + shiftMs;
  globalThis.Date = new Proxy(Real, {
    construct(target, args, newTarget) {
      const given = args.length === 0 ? [now()] : args;
      return Reflect.construct(target, given, newTarget === globalThis.Date ? target : newTarget) as Date;
    },
    get(target, name, receiver) {
      return name === "now" ? now : Reflect.get(target, name, receiver);
    },
  });
}

/** Steps the clock of this thread, milliseconds. */
export function shiftClock(ms: number): void {
  shiftMs += ms;
}
