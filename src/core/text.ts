// Text that enters the ledger is well-formed Unicode without NUL: databases differ in what they do with the rest.

const replacement = "\uFFFD";
const badInJson = /\\u(?:0000|[dD][89abAB][0-9a-fA-F]{2}|[dD][c-fC-F][0-9a-fA-F]{2})/;

/** The text with NUL characters and lone surrogates replaced by U+FFFD. */
export function cleanText(text: string): string {
  return text.replaceAll("\0", replacement).toWellFormed();
}

/**
 * JSON text of event data as the ledger stores it. If a NUL or lone surrogate had to be replaced anywhere,
 * the object carries `"cleaned": true`.
 */
export function cleanJson(jsonText: string): string {
  // The test is on the escapes, since valid UTF-8 can hold neither character unescaped in JSON; an escaped pair of
  // surrogates matches too and merely takes the slow way.
  if (!badInJson.test(jsonText)) return jsonText;
  let isCleaned = false;
  const clean = (text: string): string => {
    const cleaned = cleanText(text);
    if (cleaned !== text) isCleaned = true;
    return cleaned;
  };
  const value = mapStrings(JSON.parse(jsonText), clean) as Record<string, unknown>;
  return JSON.stringify(isCleaned ? { ...value, cleaned: true } : value);
}

function mapStrings(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === "string") return map(value);
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, map));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [map(key), mapStrings(item, map)]));
}
