// The short form of an event that is too large for the ledger: long strings are cut, then long lists and large branches,
// each to a fair share of the room, so that what the event's type asks for is always still there.

/** Strings that make an event too large are cut to this many characters. */
const stringCharsMax = 2_000;
/** What lies deeper than this is left out of an event that is too large anyway. */
const depthMax = 64;
/** A list keeps fewer items rather than give each of them less than this, bytes. */
const itemBytesMin = 4_096;
/** A value that has less room than this is left out instead of cut, bytes. */
const cutBytesMin = 64;
/** Room for the note of what was cut, bytes. */
const noteBytes = 200;

/** Keys that are never left out, with those below them; `*` stands for the items of a list. */
type Shape = { readonly [key: string]: Shape };
const free: Shape = {};

const keys = (...names: string[]): Shape => Object.fromEntries(names.map((name) => [name, free]));
const error = keys("code", "origin", "message", "limit");
/** Set by the runner itself, beside the fields of any type. */
const everyType = { ...keys("cleaned"), eventFile: keys("line", "offset", "bytes") };

// biome-ignore format: a row reads as a row
const shapes: Readonly<Record<string, Shape>> = {
  "attempt.started": keys("pid", "startTicks", "containment", "build", "spare", "versions"),
  "attempt.finished": { ...keys("outcome", "checkpoint", "isByCancel"), error },
  "run.progressed": keys("phase", "done", "total", "message"),
  "step.started": keys("step", "description"),
  "step.completed": keys("step"),
  "step.failed": { ...keys("step"), error },
  "agent.finished": keys("how", "text", "limit"),
  "agent.messaged": keys("role", "text", "step", "turn"),
  "model.requested": keys("callId", "model", "provider", "purpose", "request", "messages", "tools", "triesMax", "step", "turn"),
  "model.retried": keys("callId", "try", "triesMax", "cause", "status", "waitMs"),
  "model.answered": { ...keys("callId", "model", "purpose", "text", "reasoning", "finish", "costUsd", "ms", "firstTokenMs", "tries", "replayed", "step"), usage: keys("inputTokens", "outputTokens", "reasoningTokens", "cachedInputTokens"), calls: { "*": keys("callId", "tool", "args") } },
  "model.failed": { ...keys("callId", "purpose", "status", "tries", "ms", "step"), error },
  "tool.called": keys("callId", "tool", "args"),
  "tool.returned": keys("callId", "tool", "ok", "result", "error", "ms"),
  "transaction.executed": keys("signature", "status", "landed", "computeUnits", "feeLamports", "slot", "instructions", "logs", "error"),
  "score.recorded": { ...keys("score", "passed", "minScore"), scoring: { profile: free, parts: { "*": keys("type") } } },
  "log.written": keys("level", "message"),
  "artifact.written": keys("name", "bytes", "digest"),
};

type Cuts = { left: number };
/** Something that wants its share of the room: its value, and the bytes that its key and its comma take. */
type Claim = { value: unknown; ownBytes: number; bytes: number; shape: Shape };

/**
 * The JSON text of event data, cut to `bytesMax` bytes; `cut` in it says where the whole is and how much is missing.
 * It holds every field that the type's schema asks for, each of the kind that it asks for.
 *
 * @param event `data`: as parsed from clean JSON. `whole`: where the whole is, relative to the attempt's folder.
 * @throws Error where even the fields that must stay do not fit; an event is never dropped in silence.
 */
export function cutEvent(event: {
  type: string;
  data: Record<string, unknown>;
  bytesMax: number;
  whole: string;
}): string {
  const { type, data, bytesMax, whole } = event;
  const shape = { ...everyType, ...shapes[type] };
  const cuts: Cuts = { left: 0 };
  const short = cutStrings(data, 0, cuts) as Record<string, unknown>;
  const fitted = fitObject(short, { room: bytesMax - noteBytes, shape, cuts });
  const items = cuts.left === 1 ? "1 item" : `${cuts.left} items`;
  const cut = cuts.left === 0 ? `whole in ${whole}` : `whole in ${whole}; ${items} left out`;
  const text = JSON.stringify({ ...fitted, cut });
  if (Buffer.byteLength(text) > bytesMax) throw new Error(`${type} cannot be cut to ${bytesMax} bytes`);
  return text;
}

function cutStrings(value: unknown, depth: number, cuts: Cuts): unknown {
  if (typeof value === "string") return value.length > stringCharsMax ? cutString(value, stringCharsMax) : value;
  if (value === null || typeof value !== "object") return value;
  if (depth >= depthMax) {
    cuts.left += 1;
    return Array.isArray(value) ? [] : {};
  }
  if (Array.isArray(value)) return value.map((item) => cutStrings(item, depth + 1, cuts));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, cutStrings(item, depth + 1, cuts)]));
}

function cutString(text: string, chars: number): string {
  return `${text.slice(0, chars).toWellFormed()}… (${text.length} characters)`;
}

type Fit = { room: number; shape: Shape; cuts: Cuts };

function shorten(value: unknown, { room, shape, cuts }: Fit): unknown {
  if (bytesOf(value) <= room) return value;
  if (typeof value === "string") return fitString(value, room);
  if (Array.isArray(value)) return fitList(value, { room, shape, cuts });
  if (value !== null && typeof value === "object") return fitObject(value, { room, shape, cuts });
  return value;
}

function fitString(text: string, room: number): string {
  for (let chars = Math.min(text.length, room); chars > 0; chars = Math.floor(chars / 2)) {
    const short = cutString(text, chars);
    if (bytesOf(short) <= room) return short;
  }
  return "";
}

function fitList(items: readonly unknown[], { room, shape, cuts }: Fit): unknown[] {
  const claims = items.map((value) => claimOf(value, { ownBytes: 1, shape: shape["*"] ?? free }));
  const kept = fitFirst(claims, { room: room - 2, shareMin: itemBytesMin, cuts });
  cuts.left += items.length - kept.length;
  return kept;
}

/** What must stay gets its share first; of the rest the small fields come before the large ones. */
function fitObject(value: object, { room, shape, cuts }: Fit): Record<string, unknown> {
  const fields = Object.entries(value).map(([key, item]) => {
    const mustStay = Object.hasOwn(shape, key);
    const ownBytes = bytesOf(key) + 2;
    return { key, mustStay, ...claimOf(item, { ownBytes, shape: mustStay ? (shape[key] ?? free) : free }) };
  });
  const must = fields.filter(({ mustStay }) => mustStay);
  const may = fields.filter(({ mustStay }) => !mustStay).sort((one, other) => one.bytes - other.bytes);
  const level = shareOf(must, room - 2);
  const kept = new Map<string, unknown>();
  let rest = room - 2;
  for (const { key, value: item, ownBytes, shape: below } of must) {
    const fitted = shorten(item, { room: level - ownBytes, shape: below, cuts });
    kept.set(key, fitted);
    rest -= ownBytes + bytesOf(fitted);
  }
  const fitted = fitFirst(may, { room: rest, shareMin: itemBytesMin, cuts });
  for (const [index, item] of fitted.entries()) kept.set(may[index]?.key ?? "", item);
  cuts.left += fields.length - kept.size;
  const inOrder = fields.filter(({ key }) => kept.has(key));
  return Object.fromEntries(inOrder.map(({ key }) => [key, kept.get(key)]));
}

/** The first claims that find room, each cut to its share. */
function fitFirst(claims: readonly Claim[], of: { room: number; shareMin: number; cuts: Cuts }): unknown[] {
  const share = Math.max(shareOf(claims, of.room), Math.min(of.shareMin, of.room));
  const kept: unknown[] = [];
  let rest = of.room;
  for (const { value, ownBytes, bytes, shape } of claims) {
    const room = Math.min(bytes, share) - ownBytes;
    if (room + ownBytes > rest || (bytes > share && room < cutBytesMin)) break;
    const fitted = shorten(value, { room, shape, cuts: of.cuts });
    kept.push(fitted);
    rest -= ownBytes + bytesOf(fitted);
  }
  return kept;
}

/** The most that one claim may take so that all find room: the small ones leave to the large ones what they spare. */
function shareOf(claims: readonly Claim[], room: number): number {
  const sizes = claims.map(({ bytes }) => bytes).sort((one, other) => one - other);
  let rest = room;
  for (const [index, bytes] of sizes.entries()) {
    const share = Math.floor(rest / (sizes.length - index));
    if (bytes > share) return share;
    rest -= bytes;
  }
  return room;
}

function claimOf(value: unknown, { ownBytes, shape }: { ownBytes: number; shape: Shape }): Claim {
  return { value, ownBytes, bytes: ownBytes + bytesOf(value), shape };
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
