// How long a provider asks to wait before the next try.

/**
 * Milliseconds that the headers of an answer ask to wait, from 0; null where they do not say. `Retry-After` counts
 * seconds or names a date (RFC 9110, 10.2.3); `retry-after-ms` is OpenAI's, and more exact.
 * @param nowMs Unix time, for a date.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | null {
  const exact = numberOf(headers.get("retry-after-ms"));
  if (exact !== null) return exact;
  const text = headers.get("retry-after");
  const seconds = numberOf(text);
  if (seconds !== null) return seconds * 1000;
  const date = text === null ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null;
}
