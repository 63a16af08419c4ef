// Numbers as people read them: durations, times, amounts, money. Pure; the clock's time zone is an argument.

/** How a view shows times: local clock time for a person at a terminal, ISO 8601 UTC for everything else. */
export type TimeStyle = "local" | "utc";

/** A duration in its largest fitting unit: `0.041 s`, `3.04 s`, `12.3 s`, `41 m`, `2 h 5 m`, `3 d 4 h`. */
export function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 0.9995) return `${seconds.toFixed(3)} s`;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 99.95) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 10) return two(Math.floor(Math.round(seconds) / 60), "m", Math.round(seconds) % 60, "s");
  if (minutes < 60) return `${minutes} m`;
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), "h", minutes % 60, "m");
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A duration in whole units, for what is still going on: `9 s`, `2 m`. */
export function roughly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return seconds < 100 ? `${seconds} s` : duration(ms);
}

/** The time of day with milliseconds (`10:00:00.103`), or the whole RFC 3339 text. */
export function clockTime(iso: string, style: TimeStyle): string {
  if (style === "utc") return iso;
  const date = new Date(iso);
  return `${clock(date)}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** When something was, in as few words as tell it: `10:00:03` today, `yesterday`, `3 Nov`, `3 Nov 2025`. */
export function dayOrTime(iso: string, nowMs: number): string {
  const date = new Date(iso);
  const now = new Date(nowMs);
  const daysAgo = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  if (daysAgo <= 0) return clock(date);
  if (daysAgo === 1) return "yesterday";
  const month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][date.getMonth()];
  const day = `${date.getDate()} ${month}`;
  return date.getFullYear() === now.getFullYear() ? day : `${day} ${date.getFullYear()}`;
}

/** Lamports as SOL, exact: `0.1 SOL`. Digits that are none come back as they are. */
export function sol(lamports: string): string {
  return /^\d+$/.test(lamports) ? `${decimal(BigInt(lamports), 9)} SOL` : lamports;
}

/** A score with six digits, or a dash where nothing was scored. */
export function score(value: number | null): string {
  return value === null ? "–" : value.toFixed(6);
}

/** A number as short as it is exact: `1`, `0.5`. */
export function plain(value: number): string {
  return String(value);
}

/** `4,212`. Not by toLocaleString, whose first call loads 20 ms of locale data. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?<!\.\d*)(?=(\d{3})+(?!\d))/g, ",");
}

/** Money with as many digits as a small amount needs: `$0.0031`, `$1.25`. */
export function dollars(value: number): string {
  return `$${value < 0.1 ? value.toFixed(4) : value.toFixed(2)}`;
}

/** `1 run`, `2 runs` */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function decimal(value: bigint, digits: number): string {
  const text = value.toString().padStart(digits + 1, "0");
  const fraction = text.slice(-digits).replace(/0+$/, "");
  return fraction === "" ? text.slice(0, -digits) : `${text.slice(0, -digits)}.${fraction}`;
}

function two(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function clock(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function midnight(date: Date): number {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
}
