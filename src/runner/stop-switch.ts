// Stops a running program when that is asked: with a grace by cancel, a limit or an orphaned runner, or at once. The
// first reason that reached a living program is the one that counts.

import type { Control } from "./control.ts";

/** Why we stopped a program: what control asks with a grace, or what ends it at once. */
export type StopReason = "cancel" | "limit" | "orphaned" | "abort" | "flood";

export type StopSwitchOptions = {
  control: Pick<Control, "state" | "graceMs" | "onChange">;
  /** Kills at once. */
  signal: AbortSignal | undefined;
  /** Sends SIGTERM; false if the program had ended already. */
  askToEnd(): Promise<boolean>;
  kill(): void;
  /** A pause was asked for; called once. A rejection kills: what cannot be recorded does not go on. */
  onPause(): Promise<void>;
};

/** Follows control and signal until `disarm`. */
export class StopSwitch {
  readonly #options: StopSwitchOptions;
  readonly #unsubscribe: () => void;
  readonly #abort = (): void => this.kill("abort");
  #reason: StopReason | null = null;
  #askedAt: number | null = null;
  #asking: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #isPauseTold = false;

  constructor(options: StopSwitchOptions) {
    this.#options = options;
    this.#unsubscribe = options.control.onChange(() => this.#look());
    options.signal?.addEventListener("abort", this.#abort, { once: true });
    if (options.signal?.aborted) this.#abort();
    this.#look();
  }

  /** Why the program was stopped by us; null if it ended by itself. */
  async reason(): Promise<StopReason | null> {
    await this.#asking;
    return this.#reason;
  }

  kill(reason: StopReason): void {
    this.#reason ??= reason;
    this.#options.kill();
  }

  disarm(): void {
    this.#unsubscribe();
    this.#options.signal?.removeEventListener("abort", this.#abort);
    clearTimeout(this.#timer);
  }

  #look(): void {
    const state = this.#options.control.state();
    if (state === "pause") this.#tellPause();
    else if (state !== "run") this.#stop(state);
  }

  #tellPause(): void {
    if (this.#isPauseTold) return;
    this.#isPauseTold = true;
    this.#options.onPause().catch(() => this.kill("abort"));
  }

  #stop(reason: StopReason): void {
    if (this.#askedAt === null) {
      this.#askedAt = performance.now();
      this.#asking = this.#options.askToEnd().then((isAsked) => {
        if (isAsked) this.#reason ??= reason;
      });
    }
    // Anew at each change: the grace may have become smaller.
    const leftMs = this.#options.control.graceMs() - (performance.now() - this.#askedAt);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.kill(reason), Math.max(0, leftMs));
  }
}
