// The account kind `raw`: any bytes under any program.

import type { EntryOf } from "../account-entry.ts";
import { addressOf, type Place, putAccount } from "./place.ts";

/** Makes the account from its bytes; zeros follow them up to the length that is asked for. */
export function makeRaw(place: Place, entry: EntryOf<"raw">): void {
  const { base64, hex, bytes } = entry.data;
  const given = base64 === undefined ? Buffer.from(hex ?? "", "hex") : Buffer.from(base64, "base64");
  const data = new Uint8Array(Math.max(given.length, bytes ?? 0));
  data.set(given);
  putAccount(place, { owner: addressOf(place, entry.owner), data, lamports: entry.lamports });
}
