// Replaces the values of known secrets before anything is recorded: in streams also where a value is cut by the
// border of two chunks. Only whole values are found; a program that prints parts or encodings of a secret leaks them.

/** Values shorter than this would black out ordinary text and are no secrets worth the name. */
const secretBytesMin = 4;

export type SecretMask = {
  /** The text without secrets. */
  text(value: string): string;
  /** Parsed JSON without secrets, in keys and strings. */
  json<T>(value: T): T;
  /** A mask over one stream of bytes. */
  stream(): StreamMask;
};

export type StreamMask = {
  /**
   * What may be passed on after this chunk. What could be the beginning of a secret is held back until it is clear,
   * also for long: passing it on after a while would let half a secret through.
   */
  push(chunk: Buffer): Buffer;
  /** What was still held back: the beginning of a secret that never came. */
  end(): Buffer;
};

/** Values of variables whose names say that they are secret. */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const isSecret = (name: string): boolean => /((^|_)(KEY|TOKEN|SECRET|CREDENTIALS?)|PASSWORD|PASSWD)$/i.test(name);
  const found = Object.entries(env).flatMap(([name, value = ""]) =>
    isSecret(name) && value.length >= 8 ? [[name, value] as const] : [],
  );
  return Object.fromEntries(found);
}

/**
 * Secrets of an environment of which some variables are named because somebody needs them: what looks like a secret, and
 * what is named, unless it is a plain word or number. `LOG_LEVEL=info` is no secret, and masking it everywhere would
 * leave records that cannot be read: their own words are such words.
 */
export function secretsAmong(
  env: Readonly<Record<string, string | undefined>>,
  needed: readonly string[],
): Record<string, string> {
  const handed = needed.flatMap((name) => {
    const value = env[name];
    return value === undefined || isPlain(value) ? [] : [[name, value] as const];
  });
  return { ...secretsIn(env), ...Object.fromEntries(handed) };
}

/** Keys are longer, or mix letters with digits and signs. */
function isPlain(value: string): boolean {
  return /^([A-Za-z_-]{1,15}|\d{1,7})$/.test(value);
}

type Needle = { value: Buffer; replacement: Buffer };

/** @param secrets Values by name, as in an environment; a value is replaced by `[masked NAME]`. */
export function maskSecrets(secrets: Readonly<Record<string, string>>): SecretMask {
  const needles = Object.entries(secrets)
    .map(([name, value]) => ({ value: Buffer.from(value), replacement: Buffer.from(`[masked ${name}]`) }))
    .filter(({ value }) => value.length >= secretBytesMin)
    .sort((a, b) => b.value.length - a.value.length); // the longest first, so that it wins where two begin

  const text = (value: string): string => {
    if (needles.length === 0) return value;
    const bytes = Buffer.from(value);
    const masked = replaceAll(bytes, needles, bytes.length).masked;
    return masked === bytes ? value : masked.toString();
  };
  return { text, json: (value) => mapStrings(value, text) as typeof value, stream: () => maskStream(needles) };
}

function maskStream(needles: readonly Needle[]): StreamMask {
  let held: Buffer = Buffer.alloc(0);
  return {
    push(chunk) {
      if (needles.length === 0) return chunk;
      const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const { masked, next } = replaceAll(bytes, needles, openEnd(bytes, needles));
      // A copy, since a slice would keep the whole chunk in memory.
      held = Buffer.from(bytes.subarray(next));
      return masked;
    },
    end() {
      // A shorter secret may stand whole within the beginning of a longer one.
      const rest = replaceAll(held, needles, held.length).masked;
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

/** Replaces what begins before `end`; `next` is where unread bytes begin, which is beyond `end` if a match reaches there. */
function replaceAll(bytes: Buffer, needles: readonly Needle[], end: number): { masked: Buffer; next: number } {
  const parts: Buffer[] = [];
  const places = needles.map((needle) => ({ needle, at: -1 }));
  let from = 0;
  for (;;) {
    for (const place of places) {
      if (place.at < from) place.at = bytes.indexOf(place.needle.value, from);
      if (place.at < 0) place.at = Number.POSITIVE_INFINITY;
    }
    const first = places.reduce<(typeof places)[number] | null>(
      (best, place) => (place.at < (best?.at ?? end) ? place : best),
      null,
    );
    if (first === null) break;
    parts.push(bytes.subarray(from, first.at), first.needle.replacement);
    from = first.at + first.needle.value.length;
  }
  const next = Math.max(from, end);
  if (parts.length === 0) return { masked: end === bytes.length ? bytes : bytes.subarray(0, end), next };
  parts.push(bytes.subarray(from, next));
  return { masked: Buffer.concat(parts), next };
}

/** Where the bytes' end could be the beginning of a secret: the earliest such place, else the length. */
function openEnd(bytes: Buffer, needles: readonly Needle[]): number {
  let open = bytes.length;
  for (const { value } of needles) {
    const earliest = Math.max(0, bytes.length - value.length + 1);
    const [firstByte] = value;
    for (
      let at = bytes.indexOf(firstByte as number, earliest);
      at >= 0 && at < open;
      at = bytes.indexOf(firstByte as number, at + 1)
    ) {
      if (bytes.compare(value, 0, bytes.length - at, at) === 0) open = at;
    }
  }
  return open;
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapStrings(item, map)]));
}
