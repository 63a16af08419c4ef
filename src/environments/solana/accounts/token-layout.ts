// How Token-2022 lays out what it adds to an account of the Token Program: 165 bytes as ever, one byte that says
// whether it is a mint or an account, then extensions, each with a two-byte type and a two-byte length before it.

/** Types of extensions, as the program numbers them. */
export const extensionType = {
  transferFeeConfig: 1,
  transferFeeAmount: 2,
  mintCloseAuthority: 3,
  immutableOwner: 7,
  memoTransfer: 8,
  nonTransferable: 9,
  permanentDelegate: 12,
  nonTransferableAccount: 13,
} as const;

export type Extension = { type: number; data: Uint8Array };

/** Length of a token account without extensions; a mint with extensions is filled up to it. */
export const plainAccountBytes = 165;
const kindByte = { mint: 1, account: 2 } as const;

/** The base followed by its extensions; the base alone if there are none, as the program itself lays it out. */
export function withExtensions(
  base: Uint8Array,
  kind: keyof typeof kindByte,
  extensions: readonly Extension[],
): Uint8Array {
  if (extensions.length === 0) return base;
  const length = extensions.reduce((sum, { data }) => sum + 4 + data.length, plainAccountBytes + 1);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  bytes.set(base);
  bytes[plainAccountBytes] = kindByte[kind];
  let at = plainAccountBytes + 1;
  for (const { type, data } of extensions) {
    view.setUint16(at, type, true);
    view.setUint16(at + 2, data.length, true);
    bytes.set(data, at + 4);
    at += 4 + data.length;
  }
  return bytes;
}

/** What kind of account the bytes are by their length and kind byte; null if they are neither. */
export function tokenKindOf(data: Uint8Array): "mint" | "account" | null {
  if (data.length === 82) return "mint";
  if (data.length === plainAccountBytes) return "account";
  if (data.length < plainAccountBytes) return null;
  const kind = data[plainAccountBytes];
  return kind === kindByte.mint ? "mint" : kind === kindByte.account ? "account" : null;
}

/** The extensions of an account; an end that is torn is left out. */
export function extensionsOf(data: Uint8Array): Extension[] {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const found: Extension[] = [];
  for (let at = plainAccountBytes + 1; at + 4 <= data.length; ) {
    const type = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (type === 0 || at + 4 + length > data.length) break;
    found.push({ type, data: data.subarray(at + 4, at + 4 + length) });
    at += 4 + length;
  }
  return found;
}
