// Fields behind the "?" of a page's address, each parsed to what it may be, or left out.

type Search = Record<string, unknown>;

const textMax = 300;

/** A text that is not empty. The router reads digits as a number; a text may be made of digits. */
export function textOf<K extends string>(search: Search, key: K): { [P in K]?: string } {
  const value = search[key];
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return {};
  const text = String(value).slice(0, textMax);
  return text === "" ? {} : ({ [key]: text } as { [P in K]?: string });
}

/** A whole number from `min`. */
export function countOf<K extends string>(search: Search, key: K, min = 0): { [P in K]?: number } {
  const value = Number(search[key] ?? Number.NaN);
  return Number.isSafeInteger(value) && value >= min ? ({ [key]: value } as { [P in K]?: number }) : {};
}

/** One of several words. */
export function oneOf<K extends string, const W extends string>(
  search: Search,
  key: K,
  words: readonly W[],
): { [P in K]?: W } {
  const value = words.find((word) => word === search[key]);
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: W });
}

/** Several of several words, with commas between them. */
export function someOf<K extends string, const W extends string>(
  search: Search,
  key: K,
  words: readonly W[],
): { [P in K]?: string } {
  const given = String(search[key] ?? "").split(",");
  const known = words.filter((word) => given.includes(word));
  return known.length === 0 ? {} : ({ [key]: known.join(",") } as { [P in K]?: string });
}
