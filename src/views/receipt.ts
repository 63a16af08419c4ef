// The receipt of a run: a small document that says what a ledger held of it at one event, and by which anybody with that
// ledger, or a copy of it, can tell whether it still does. It finds changes, not forgers: nothing in it is signed.

import type { RunStatus } from "../core/moves.ts";
import type { Run } from "../core/run.ts";

export type ReceiptBody = {
  v: 1;
  run: string;
  subject: { id: string; digest: string };
  agent: { name: string; digest: string } | null;
  seed: number | null;
  status: RunStatus;
  score: number | null;
  passed: boolean | null;
  /** How many events the run had; what is above is their fold. */
  events: number;
  /** The hash link of the append that ended with the last of them: it covers every event of the run. */
  link: string;
};

export type Receipt = ReceiptBody & {
  /** SHA-256 over the canonical text of all the other fields. */
  sha256: string;
};

/** The receipt of a run whose last append ended with this link. */
export async function receiptOf(run: Run, link: string): Promise<Receipt> {
  const body: ReceiptBody = {
    v: 1,
    run: run.id,
    subject: { id: run.subject.id, digest: run.subject.digest },
    agent: run.agent === null ? null : { name: run.agent.name, digest: run.agent.digest },
    seed: run.seed,
    status: run.status,
    score: run.score,
    passed: run.passed,
    events: run.seq,
    link,
  };
  return { ...body, sha256: await digestOf(body) };
}

/** Whether the receipt's own fields are those that its digest was made of. */
export async function isReceiptWhole({ sha256, ...body }: Receipt): Promise<boolean> {
  return (await digestOf(body)) === sha256;
}

/** A field of which a receipt and a ledger say different things. */
export type ReceiptDifference = { field: string; receipt: unknown; ledger: unknown };

/** What differs, field by field; nothing if the receipt holds. */
export function receiptDifferences(receipt: Receipt, now: Receipt): ReceiptDifference[] {
  const [given, found] = [new Map(fieldsOf(receipt)), new Map(fieldsOf(now))];
  const names = [...new Set([...given.keys(), ...found.keys()])].filter((name) => name !== "sha256");
  return names
    .map((field) => ({ field, receipt: given.get(field) ?? null, ledger: found.get(field) ?? null }))
    .filter((pair) => pair.receipt !== pair.ledger);
}

/** The value as JSON with sorted keys and no blanks (RFC 8785), so that one value has one text. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}

async function digestOf(body: unknown): Promise<string> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonicalJson(body)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Plain fields by their path: `subject.digest`. */
function fieldsOf(value: object, before = ""): [string, unknown][] {
  return Object.entries(value).flatMap(([key, item]): [string, unknown][] =>
    item !== null && typeof item === "object" ? fieldsOf(item, `${before}${key}.`) : [[`${before}${key}`, item]],
  );
}
