// Ids: every run is named by a UUID. Ours are version 7, so they sort by the time they were made;
// people see and type the last hex digits, because the first ones stay the same for a minute.

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Fewest hex digits by which a person may name a run. */
const tailDigitsMin = 4;

/**
 * Makes a UUIDv7 (RFC 9562, 5.7).
 * @param nowMs Unix time in milliseconds, at least 0 and below 2^48.
 * @param random At least ten random bytes; the same bytes and time give the same id.
 */
export function uuidV7({ nowMs, random }: { nowMs: number; random: Uint8Array }): string {
  const bytes = new Uint8Array(16);
  let rest = nowMs;
  for (let index = 5; index >= 0; index -= 1) {
    bytes[index] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes.set(random.subarray(0, 10), 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A new run id, from the clock and the random source of this JavaScript engine (Node or browser). */
export function newRunId(): string {
  return uuidV7({ nowMs: Date.now(), random: crypto.getRandomValues(new Uint8Array(10)) });
}

/** A new claim id: random alone, since numbers come back with a restored database. */
export function newClaimId(): string {
  return crypto.randomUUID();
}

/** The id in lower case if the text is a UUID of any version, else null. */
export function parseUuid(text: string): string | null {
  const lower = text.toLowerCase();
  return uuidPattern.test(lower) ? lower : null;
}

/** What people see of an id: its last eight hex digits. */
export function shortId(id: string): string {
  return id.slice(-8);
}

/** How a person may name a run on the command line. */
export type RunName =
  | { by: "id"; id: string }
  | { by: "tail"; tail: string }
  | { by: "age"; back: number }
  | { by: "nothing"; cause: string };

/**
 * Reads a full id, a tail of at least four hex digits, `last`, or `last~N` (N runs before the newest).
 * Anything else comes back as `nothing` with the cause in words.
 */
export function parseRunName(text: string): RunName {
  const id = parseUuid(text);
  if (id !== null) return { by: "id", id };
  const age = /^last(?:~(\d{1,6}))?$/.exec(text);
  if (age) return { by: "age", back: Number(age[1] ?? 0) };
  const tail = text.toLowerCase().replaceAll("-", "");
  if (!/^[0-9a-f]+$/.test(tail)) return { by: "nothing", cause: "it is neither hex digits nor last nor last~N" };
  if (tail.length < tailDigitsMin) return { by: "nothing", cause: `a tail needs four hex digits or more` };
  if (tail.length > 12) return { by: "nothing", cause: "a tail has at most twelve hex digits; or give the whole id" };
  return { by: "tail", tail };
}
