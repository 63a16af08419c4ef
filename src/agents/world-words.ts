// What can be seen of a world, in words for a model: amounts as people say them, accounts by their names. It says what
// is there and nothing of what is to be done with it.

import type { Json } from "../core/document-value.ts";

type Fields = Readonly<Record<string, Json>>;

const lamportDigits = 9;
const valueCharsMax = 300;

/** Lines that say what is there, by the names of a world's parts: `accounts`, `files` and whatever else it shows. */
export function worldWords(world: Fields): string {
  const parts = Object.entries(world).map(([name, value]) => {
    if (name === "accounts" && isMap(value)) return ["Accounts:", ...accountLines(value)].join("\n");
    if (Array.isArray(value)) return [`${capital(name)}:`, ...value.map((item) => `- ${plain(item)}`)].join("\n");
    return `${capital(name)}: ${plain(value)}`;
  });
  return parts.join("\n\n");
}

/** An amount in base units as a number with so many digits behind the point, without trailing zeros. */
export function inUnits(amount: string, digits: number): string {
  if (digits === 0 || !/^\d+$/.test(amount)) return amount;
  const padded = amount.padStart(digits + 1, "0");
  const behind = padded.slice(-digits).replace(/0+$/, "");
  return `${padded.slice(0, -digits)}${behind === "" ? "" : `.${behind}`}`;
}

function accountLines(accounts: Fields): string[] {
  const entries = Object.entries(accounts).flatMap(([name, value]) => (isMap(value) ? [{ name, fields: value }] : []));
  const names = new Map(entries.map(({ name, fields }) => [String(fields.address), name]));
  const decimals = new Map(
    entries.flatMap(({ fields }) =>
      fields.decimals === undefined ? [] : [[String(fields.address), Number(fields.decimals)] as const],
    ),
  );
  return entries.map(
    ({ name, fields }) => `- ${name} ${plain(fields.address)}: ${accountWords(fields, names, decimals)}`,
  );
}

function accountWords(
  { address: _, exists, lamports = "0", ...fields }: Fields,
  names: ReadonlyMap<string, string>,
  decimals: ReadonlyMap<string, number>,
): string {
  if (exists === false) return "no account yet";
  const digits = fields.decimals === undefined ? decimals.get(String(fields.mint)) : Number(fields.decimals);
  const words = [`${inUnits(String(lamports), lamportDigits)} SOL`];
  for (const [key, value] of Object.entries(fields)) {
    const text = plain(value);
    const amount = digits === undefined ? `${text} base units` : inUnits(text, digits);
    words.push(`${key.replaceAll("_", " ")} ${tokenAmounts.has(key) ? amount : (names.get(text) ?? text)}`);
  }
  return words.join(", ");
}

/** Fields in base units of the account's own mint. */
const tokenAmounts: ReadonlySet<string> = new Set([
  "amount",
  "supply",
  "delegated_amount",
  "withheld_fee",
  "transfer_fee_maximum",
]);

function isMap(value: Json | undefined): value is { [key: string]: Json } {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function plain(value: Json | undefined): string {
  const text = typeof value === "string" ? value : JSON.stringify(value ?? null);
  return text.length <= valueCharsMax ? text : `${text.slice(0, valueCharsMax).toWellFormed()}…`;
}

function capital(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1).replaceAll("_", " ");
}
